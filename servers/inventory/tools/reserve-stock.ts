import { z } from "zod";
import { instant, tradeLine } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, quantity, reference, sku } from "../fields.ts";
import { reservationRecord } from "../records.ts";
import { reserveStock } from "../store/reserve.ts";

const line = tradeLine
  .extend({ sku, quantity })
  .partial({ description: true, unit_price: true })
  .describe(
    "What to hold. description and unit_price are accepted, so that a deal's lines fit, and not used.",
  );

export const reserveStockTool = defineTool({
  name: "reserve_stock",
  title: "Reserve stock",
  description:
    "Hold stock for a deal or an order, so that nobody else can promise it. Use it when a deal is won or goods " +
    "are promised. All or nothing, unless allow_partial: then what is there is held and shortages lists the rest. " +
    "When an active reservation of the same reference and quantities exists, that one is returned with " +
    "duplicate_of and nothing new is held. It holds until expires_at, ship_reservation or release_reservation. " +
    "Returns the reservation; reserved and shortages are in whole units, one entry an SKU.",
  effect: "create",
  input: z.strictObject({
    reference,
    allow_partial: z
      .boolean()
      .default(false)
      .describe("true holds what there is; false refuses the whole call when anything is short."),
    location: locationCode
      .optional()
      .describe("Hold only stock of this location. Leave out to use the best stocked ones."),
    expires_at: instant
      .optional()
      .describe(
        "From then on it holds nothing, RFC 3339. Leave out to hold until it is shipped or released.",
      ),
    allow_duplicate: z
      .boolean()
      .default(false)
      .describe("true holds the same quantities for the same reference a second time."),
    lines: z.array(line).min(1).max(500).describe("What to hold; the same SKU twice is added up."),
  }),
  output: z.strictObject({
    ...reservationRecord.shape,
    duplicate_of: z
      .string()
      .optional()
      .describe("Present when this reservation existed already; nothing new was held."),
  }),
  facts: z.strictObject({ reference: z.string(), line_count: z.int(), quantity: z.int() }),
  resource: async ({ reference, lines }) => ({
    reference,
    line_count: lines.length,
    quantity: lines.reduce((total, { quantity }) => total + quantity, 0),
  }),
  handler: (input, call) => reserveStock(call, input),
});
