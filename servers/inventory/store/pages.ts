/** One page of a list, as the list tools return it. */
export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

/**
 * Makes a page from up to `limit + 1` rows: the one too many only says that there is a next page, whose cursor
 * is the key of the last row shown (keyset pagination: rows added meanwhile shift nothing).
 */
export function takePage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(itemOf);
  return rows.length > limit && last !== undefined ? { items, next_cursor: cursorOf(last) } : { items };
}
