import { RingmainError } from "../../../src/core/errors.ts";
import { decodeCursor, encodeCursor } from "../../../src/kit/fields.ts";

/** One page out of `limit + 1` rows that were read: the row too many only says that there are more. */
export function pageOf<Row>(rows: readonly Row[], limit: number, key: (row: Row) => (string | number)[]) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next_cursor: more ? encodeCursor(key(last)) : undefined };
}

/** The sort key that a cursor holds, for a list known by `name`. Throws INPUT_INVALID for another list's cursor. */
export function cursorOf(
  cursor: string | undefined,
  name: string,
  length: number,
): (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  const [list, ...key] = decodeCursor(cursor, length + 1);
  if (list === name) return key;
  throw new RingmainError("INPUT_INVALID", "This cursor was made by another list.", {
    hint: "Repeat the other arguments unchanged from page to page, or leave cursor out to start again.",
  });
}
