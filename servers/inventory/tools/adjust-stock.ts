import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, maxQuantity, reference, sku, text } from "../fields.ts";
import { levelRecord } from "../records.ts";
import { extend } from "../store/amounts.ts";
import { requireItem } from "../store/items.ts";
import { requireLocation } from "../store/locations.ts";
import { recordMovement } from "../store/movements.ts";
import { readLevel } from "../store/stock.ts";

export const adjustStockTool = defineTool({
  name: "adjust_stock",
  title: "Adjust stock",
  description:
    "Correct the stock of an item at a location by a signed number of units: breakage, loss, a find, a counting " +
    "difference. Returns the movement and the level after it. Refused when more would leave than is available. " +
    "For goods from a supplier use receive_purchase_order, between locations transfer_stock.",
  effect: "update",
  input: z.strictObject({
    sku,
    location: locationCode,
    quantity: z
      .int()
      .min(-maxQuantity)
      .max(maxQuantity)
      .refine((units) => units !== 0, "must not be 0")
      .describe("Signed whole units: 3 adds three, -3 takes three away."),
    reason: text(500).describe("Why, for whoever reads the ledger later."),
    reference: reference.optional(),
  }),
  output: z.strictObject({
    movement_id: z.string().describe("The movement that was written."),
    sku: z.string().describe("Stock keeping unit."),
    quantity: z.int().describe("Signed units that were booked."),
    level: levelRecord.describe("The level of the item at the location, after the adjustment."),
  }),
  facts: z.strictObject({
    sku: z.string(),
    quantity: z.int(),
    value: money.describe("Absolute quantity at unit cost."),
  }),
  async resource({ sku, quantity }, call) {
    const item = await requireItem(call, sku);
    return { sku: item.sku, quantity, value: extend(Math.abs(quantity), item.unit_cost) };
  },
  async handler({ sku, location: code, quantity, reason, reference }, call) {
    const item = await requireItem(call, sku);
    const location = await requireLocation(call, code);
    const movement_id = await recordMovement(call, {
      item,
      location,
      quantity,
      kind: "adjustment",
      reason,
      reference,
    });
    return { movement_id, sku: item.sku, quantity, level: await readLevel(call, item, location) };
  },
});
