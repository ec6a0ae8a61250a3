import { RingmainError } from "../../../src/core/errors.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";

/** One page of a list, as the list tools return it. */
export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

/** Makes a page from up to `limit + 1` rows. */
export function takePage<Row, Item>(
  list: string,
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  keyOf: (row: Row) => (string | number)[],
): Page<Item> {
  const { rows: shown, nextCursor } = pageOf(list, rows, limit, keyOf);
  const items = shown.map(itemOf);
  return nextCursor === undefined ? { items } : { items, next_cursor: nextCursor };
}

/**
 * Reads a list once for each value of a filter and merges the rows in their common order: each read follows an
 * index that begins with the filtered column, where one read with several values would sort all that match.
 */
export async function readEach<Value, Row>(
  values: readonly Value[] | undefined,
  read: (value: Value | undefined) => Promise<Row[]>,
  compare: (a: Row, b: Row) => number,
): Promise<Row[]> {
  if (values === undefined) return await read(undefined);
  const rows: Row[] = [];
  for (const value of new Set(values)) rows.push(...(await read(value)));
  return rows.sort(compare);
}

/** For `readEach`: the newest first, by time and then by id. */
export function newestFirst(
  a: { created_at: string; id: string },
  b: { created_at: string; id: string },
): number {
  return compareText(b.created_at, a.created_at) || compareText(b.id, a.id);
}

/** Text in the order of SQLite's BINARY collation, as far as ids and instants go. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads a cursor that ends with a number. Throws INPUT_INVALID for one of another list. */
export function decodeNumberCursor(
  list: string,
  cursor: string,
  length: number,
): { texts: string[]; number: number } {
  const key = decodeCursor(list, cursor, length);
  const number = key.at(-1);
  if (typeof number === "number") return { texts: key.slice(0, -1).map(String), number };
  throw new RingmainError("INPUT_INVALID", "This cursor was not made by this list.", {
    hint: "Leave cursor out to start with the first page.",
  });
}
