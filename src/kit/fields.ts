import { z } from "zod";
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

/** Marks a list of a report, `z.array(…).meta(rows)`, as the one whose entries an export writes as rows. */
export const rows = { [rowsKeyword]: true };

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
