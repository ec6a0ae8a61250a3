import { z } from "zod";
import { RingmainError } from "../core/errors.ts";
import { rowsKeyword } from "../core/tool-description.ts";
import { isOneLine, isPlainText } from "./plain-text.ts";

/** An ISO 4217 currency code. */
export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code such as EUR")
  .describe("ISO 4217 currency code, e.g. EUR.");

/** An amount of money in the currency's smallest unit (ISO 4217): 12.50 EUR is 1250. */
export const money = z.strictObject({
  minor: z.int().describe("Whole minor units (cents for EUR): 12.50 EUR is 1250."),
  currency,
});
export type Money = z.infer<typeof money>;

/** A calendar day, without a time zone. */
export const isoDate = z.iso.date().describe("Calendar day, YYYY-MM-DD.");

/** An instant, RFC 3339 in UTC. */
export const instant = z.iso
  .datetime({ offset: true })
  .describe("Instant, RFC 3339, e.g. 2026-11-23T08:00:00Z.");

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

/** Marks a list of a report, `z.array(…).meta(rows)`, as the one whose entries an export writes as rows. */
export const rows = { [rowsKeyword]: true };

/** Makes an opaque cursor from the sort key of a page's last row. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

const cursorKey = z.array(z.union([z.string(), z.number()]));

/** Reads a cursor back. Throws INPUT_INVALID for one that this program did not make for a list of this many keys. */
export function decodeCursor(cursor: string, length: number): (string | number)[] {
  try {
    const key = cursorKey.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    if (key.length === length) return key;
  } catch {
    // the same answer for every kind of damage
  }
  throw new RingmainError("INPUT_INVALID", "This cursor was not made by this list.", {
    hint: "Leave cursor out to start with the first page.",
  });
}

/** One line of a sale, the same in a deal, a reservation and an invoice, so that workflows pass lines on unchanged. */
export const tradeLine = z.strictObject({
  sku: z
    .string()
    .min(1)
    .max(64)
    .refine(isOneLine, "must be one line of plain text")
    .describe("Stock keeping unit, e.g. ROPE-12."),
  description: z
    .string()
    .max(500)
    .refine(isPlainText, "must be plain text")
    .describe("What the customer reads on the invoice."),
  quantity: z.int().min(1).max(1_000_000_000).describe("Whole units of the item."),
  unit_price: money.describe("Net price of one unit."),
});
