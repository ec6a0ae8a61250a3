import type { DatabaseSync } from "node:sqlite";
import { type ChangedRow, recordKey, versionsBefore } from "../../approval/facts-version.ts";
import { recordTables, versionOf } from "../../audit/record-tables.ts";

/**
 * Tells which of the records that a call would change were changed by another since its trial. An approval does not
 * outlive that: the call asks anew.
 */
export function recordsMoved(
  database: DatabaseSync,
  changed: readonly ChangedRow[],
): (table: string, id: string) => boolean {
  const tables = recordTables(database);
  const before = versionsBefore(changed);
  return (name, id) => {
    const seen = before.get(recordKey(name, id));
    const table = tables.get(name);
    return seen !== undefined && table?.version === "version" && versionOf(database, table, id) !== seen;
  };
}
