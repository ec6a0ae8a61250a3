import { z } from "zod";
import { tradeLine } from "../../../src/kit/fields.ts";
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
    "Hold stock for a deal or an order, so that nobody else can promise it. All or nothing, unless allow_partial: then " +
    "what is there is held and shortages lists the rest. Returns the reservation; reserved and shortages are in whole " +
    "units, one entry an SKU. Each call makes a new reservation; release_reservation frees it.",
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
    lines: z.array(line).min(1).max(500).describe("What to hold; the same SKU twice is added up."),
  }),
  output: reservationRecord,
  facts: z.strictObject({ reference: z.string(), line_count: z.int(), quantity: z.int() }),
  resource: async ({ reference, lines }) => ({
    reference,
    line_count: lines.length,
    quantity: lines.reduce((total, { quantity }) => total + quantity, 0),
  }),
  handler: (input, call) => reserveStock(call, input),
});
