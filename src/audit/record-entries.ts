import type { DatabaseSync } from "node:sqlite";
import type { Entry } from "./entry.ts";
import { parseEntry } from "./read.ts";

/** A clock may have been set back, and another machine's may be wrong. */
const marginMs = 3_600_000;

/**
 * The entries that changed a record, the oldest first. No index leads to them, since every call would pay for it: the
 * texts are searched, from the time on at which the record can have come to be, when its id tells it. A million
 * entries take about a second.
 */
export function entriesOfRecord(database: DatabaseSync, record: { table: string; id: string }): Entry[] {
  const { table, id } = record;
  // As it stands in the text of an entry, whose JSON has no spaces. LIKE takes _ and % for any characters, and so lets
  // a little more through; it is twice as fast as instr().
  const written = `%${JSON.stringify([table, id]).slice(0, -1)},%`;
  const select = database.prepare(
    "SELECT body FROM audit_entry WHERE seq >= ? AND seq < ? AND body LIKE ? ORDER BY seq",
  );
  const isOfRecord = ([changedTable, row]: Entry["changed"][number]) => changedTable === table && row === id;
  const search = (from: number, until: number) =>
    select
      .all(from, until, written)
      .map((row) => parseEntry(row.body))
      .filter(({ changed }) => changed.some(isOfRecord));

  const born = timeOfId(id);
  if (born === undefined) return search(1, Number.MAX_SAFE_INTEGER);
  const first = firstSince(database, new Date(born - marginMs).toISOString());
  const found = search(first, Number.MAX_SAFE_INTEGER);
  const whole = found.some(({ changed }) => changed.some((row) => isOfRecord(row) && row[2] === 1));
  // without its beginning, the clocks were further apart, or the record came with sample data
  return whole ? found : [...search(1, first), ...found];
}

/** The milliseconds of a UUID of version 7 at the end of an id (RFC 9562 §5.7), as `newId` makes them. */
function timeOfId(id: string): number | undefined {
  const [, time] = /([0-9a-f]{12})7[0-9a-f]{3}[89ab][0-9a-f]{15}$/.exec(id) ?? [];
  return time === undefined ? undefined : Number.parseInt(time, 16);
}

/** The first entry from some time on, given that entries stand in the order of their times, but for small errors. */
function firstSince(database: DatabaseSync, time: string): number {
  const timeOf = database.prepare("SELECT body ->> '$.time' AS time FROM audit_entry WHERE seq = ?");
  let low = 1;
  let high = Number(database.prepare("SELECT max(seq) AS seq FROM audit_entry").get()?.seq ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (String(timeOf.get(middle)?.time ?? "") < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
