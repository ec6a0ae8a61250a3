import { z } from "zod";
import { RingmainError } from "../core/errors.ts";

// Lists are read page by page from a sort key on (keyset pagination): rows that are added meanwhile shift nothing.

/** The page of a list that a caller asks for. Spread into the input of every list tool. */
export const pageInput = {
  limit: z.int().min(1).max(100).default(50).describe("How many items at most, 1 to 100."),
  cursor: z
    .string()
    .max(500)
    .optional()
    .describe("The next_cursor of the page before; leave out for the first page."),
};

/** The output of a list tool. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item).describe("What is listed, in the order of the list."),
    next_cursor: z.string().optional().describe("Present when there are more; pass it as cursor."),
  });
}

/** What tells the place of a row in its list. */
type SortKey = readonly (string | number)[];

/** One page out of `limit + 1` rows that were read: the row too many only says that there are more. */
export function pageOf<Row>(
  list: string,
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => SortKey,
): { rows: Row[]; nextCursor: string | undefined } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { rows: shown, nextCursor: more ? encodeCursor(list, keyOf(last)) : undefined };
}

/** Makes an opaque cursor from the sort key of a page's last row. It is good for the list of this name alone. */
export function encodeCursor(list: string, key: SortKey): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString("base64url");
}

const named = z.tuple([z.string()], z.union([z.string(), z.number()]));

/**
 * The sort key that a cursor holds; empty without a cursor. Throws INPUT_INVALID for one that was not made for this list,
 * whose keys have this length.
 */
export function decodeCursor(list: string, cursor: string | undefined, length: number): (string | number)[] {
  if (cursor === undefined) return [];
  try {
    const [name, ...key] = named.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    if (name === list && key.length === length) return key;
  } catch {
    // the same answer for every kind of damage
  }
  throw new RingmainError("INPUT_INVALID", "This cursor was not made by this list.", {
    hint: "Repeat the other arguments unchanged from page to page, or leave cursor out to start again.",
  });
}
