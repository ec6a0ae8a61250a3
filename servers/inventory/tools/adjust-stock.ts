import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { type Money, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, maxQuantity, reference, sku, text, unitCost } from "../fields.ts";
import { type ItemRecord, levelRecord } from "../records.ts";
import { extend } from "../store/amounts.ts";
import { requireItem } from "../store/items.ts";
import { requireLocation } from "../store/locations.ts";
import { recordMovement } from "../store/movements.ts";
import { readLevel } from "../store/stock.ts";

export const adjustStockTool = defineTool({
  name: "adjust_stock",
  title: "Adjust stock",
  description:
    "Correct the stock of an item at a location by a signed number of units. Use it for breakage, loss, a find or " +
    "a counting difference; for goods from a supplier use receive_purchase_order, between locations " +
    "transfer_stock, for a stocktake post_count. Refused when more would leave than is available. Returns the " +
    "movement, what it did to the value of the stock in minor units, and the level after it in whole units.",
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
    unit_cost: unitCost
      .optional()
      .describe(
        "What a unit that is added is worth, in the item's currency. Without it: the item's unit cost.",
      ),
  }),
  output: z.strictObject({
    movement_id: z.string().describe("The movement that was written."),
    sku: z.string().describe("Stock keeping unit."),
    quantity: z.int().describe("Signed units that were booked."),
    value: money.describe("Signed change of the stock's value by the item's costing method."),
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
  async handler({ sku, location: code, quantity, reason, reference, unit_cost }, call) {
    const item = await requireItem(call, sku);
    const location = await requireLocation(call, code);
    if (unit_cost !== undefined) requireAddedIn(item, quantity, unit_cost);
    const movement = await recordMovement(call, {
      item,
      location,
      quantity,
      kind: "adjustment",
      reason,
      reference,
      unitCostMinor: unit_cost?.minor,
    });
    return {
      movement_id: movement.id,
      sku: item.sku,
      quantity,
      value: { minor: movement.valueMinor, currency: item.unit_cost.currency },
      level: await readLevel(call, item, location),
    };
  },
});

function requireAddedIn(item: ItemRecord, quantity: number, unitCost: Money): void {
  const { currency } = item.unit_cost;
  if (quantity > 0 && unitCost.currency === currency) return;
  const message =
    quantity < 0
      ? "unit_cost is for units that are added; what is taken away costs what it came in at."
      : `${item.sku} is costed in ${currency}, not ${unitCost.currency}.`;
  throw new RingmainError("INPUT_INVALID", message, {
    hint: `Leave unit_cost out${quantity < 0 ? "" : `, or give it in ${currency}`}.`,
  });
}
