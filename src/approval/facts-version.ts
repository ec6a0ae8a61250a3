import { sha256Hex } from "../audit/commitment.ts";
import type { Entry } from "../audit/entry.ts";
import { canonicalJson } from "../core/json.ts";

/** A row that a call changed: table, id and version after it. */
export type ChangedRow = Entry["changed"][number];

/**
 * What an approval is bound to besides the arguments: the facts, without those that merely follow the clock, and the
 * versions that the records had which the call changes. Rows that it makes have none yet, and new ids at each try.
 */
export function factsVersion(
  facts: Readonly<Record<string, unknown>>,
  changed: readonly ChangedRow[],
): string {
  const records = [...versionsBefore(changed)].sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex(canonicalJson({ facts, records }));
}

/** The versions that records had before a call changed them, by recordKey; without those that it made. */
export function versionsBefore(changed: readonly ChangedRow[]): Map<string, number> {
  const before = new Map<string, number>();
  for (const [table, id, version] of changed) {
    const record = recordKey(table, id);
    before.set(record, Math.min(before.get(record) ?? version - 1, version - 1));
  }
  return new Map([...before].filter(([, version]) => version > 0));
}

export function recordKey(table: string, id: string): string {
  return JSON.stringify([table, id]);
}
