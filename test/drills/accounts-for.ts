import type { Entry } from "../../src/audit/entry.ts";
import { type Books, entriesSince, idOf, type Row, rowsById } from "./books.ts";

/** Records that are written once and never changed, and so have no version column. */
const writtenOnce = new Set(["inventory_movement"]);
/** What triggers add up from other rows. */
const derived = new Set(["inventory_level"]);
/** Columns that follow from the rows of another table. */
const counted = new Map([["inventory_cost_layer", "remaining"]]);

/**
 * Holds what a run changed against what the trail says it changed. Returns every effect without an entry and
 * every entry without an effect, in words; none when the trail accounts for the books.
 *
 * A record (a row with an id and a version) is named with each of its versions exactly once. A row without a
 * version belongs to a record by a foreign key, and that record is named.
 */
export function unaccounted(beginning: Books, now: Books): string[] {
  const named = namedVersions(entriesSince(beginning, now));
  const faults: string[] = [];
  for (const [table, rows] of now.tables) {
    const before = beginning.tables.get(table) ?? [];
    if (derived.has(table)) continue;
    if (isRecords(table, rows)) faults.push(...unaccountedRecords(table, before, rows, named));
    else faults.push(...unaccountedParts(table, { beginning, now, named }));
  }
  const known = new Map([...now.tables].map(([table, rows]) => [table, rowsById(rows)]));
  for (const [table, id, version, seq] of named.list) {
    if (version === 0 || known.get(table)?.has(id) === true || wasRemoved(table, id, seq, named)) continue;
    faults.push(`entry #${seq} names ${table} ${id}, which is not there`);
  }
  return faults;
}

/** Whether an entry that is not older removed a row, as the link of a draft that was posted. */
function wasRemoved(table: string, id: string, seq: number, named: Named): boolean {
  return named.list.some(
    ([other, otherId, version, later]) => other === table && otherId === id && version === 0 && later >= seq,
  );
}

interface Named {
  list: [table: string, id: string, version: number, seq: number][];
  /** By `table id`. */
  versions: Map<string, number[]>;
}

function namedVersions(entries: readonly Entry[]): Named {
  const list = entries.flatMap(({ seq, changed }) =>
    changed.map(([table, id, version]): Named["list"][number] => [table, id, version, seq]),
  );
  const versions = Map.groupBy(list, ([table, id]) => `${table} ${id}`);
  return {
    list,
    versions: new Map([...versions].map(([key, all]) => [key, all.map(([, , version]) => version).sort()])),
  };
}

function isRecords(table: string, [row]: readonly Row[]): boolean {
  return writtenOnce.has(table) || (row !== undefined && "id" in row && "version" in row);
}

function unaccountedRecords(
  table: string,
  before: readonly Row[],
  rows: readonly Row[],
  named: Named,
): string[] {
  const earlier = rowsById(before);
  const later = rowsById(rows);
  const faults = [...earlier.keys()].flatMap((id) => (later.has(id) ? [] : [`${table} ${id} is gone`]));
  for (const [id, row] of later) {
    const first = Number(earlier.get(id)?.version ?? (earlier.has(id) ? 1 : 0)) + 1;
    const last = "version" in row ? Number(row.version) : 1;
    const expected = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const told = named.versions.get(`${table} ${id}`) ?? [];
    if (told.join() !== expected.join()) {
      faults.push(
        `${table} ${id} has versions ${expected.join() || "unchanged"}, the entries name ${told.join() || "none"}`,
      );
    }
  }
  return faults;
}

/** Rows such as the lines of an invoice: new ones belong to a record that an entry names. */
function unaccountedParts(
  table: string,
  { beginning, now, named }: { beginning: Books; now: Books; named: Named },
): string[] {
  const textOf = (row: Row) => JSON.stringify({ ...row, [counted.get(table) ?? ""]: undefined });
  const before = new Set((beginning.tables.get(table) ?? []).map(textOf));
  const references = now.references.get(table) ?? [];
  if (references.length === 0) return [];
  return (now.tables.get(table) ?? []).flatMap((row) => {
    if (before.has(textOf(row))) return [];
    const owned = references.some(({ column, table: parent, target }) => {
      const owner = now.tables.get(parent)?.find((candidate) => candidate[target] === row[column]);
      return owner !== undefined && named.versions.has(`${parent} ${owner.id}`);
    });
    return owned
      ? []
      : [`${table} ${idOf(row) ?? JSON.stringify(row)} belongs to no record that an entry names`];
  });
}
