import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import {
  expectedVersion,
  externalId,
  locationCode,
  maxQuantity,
  newSku,
  supplierId,
  text,
  unitCost,
} from "../fields.ts";
import { itemRecord } from "../records.ts";
import { costingMethods } from "../store/tables.ts";
import { upsertItem } from "../store/upsert-item.ts";

const count = z.int().min(0).max(maxQuantity);

export const upsertItemTool = defineTool({
  name: "upsert_item",
  title: "Add or change an item",
  description:
    "Add an item, or change the one with this SKU. Use it for what is traded and for its reorder settings; to " +
    "change the stock of an item that exists use adjust_stock or purchase orders. Members left out stay as they " +
    "are. A new item needs name and unit_cost and may bring its opening stock. Repeating it changes nothing. " +
    "Returns the item with its stock (whole units) and cost (minor units) and whether it was created.",
  effect: "update",
  input: z.strictObject({
    sku: newSku,
    external_id: externalId.optional().describe("Its id in the system you import from; unique."),
    name: text(200).optional().describe("Name of the item. Required for a new item."),
    unit: text(30).optional().describe("What quantities count, e.g. piece or metre. New items: piece."),
    supplier_id: supplierId.optional().describe("Who supplies it. Give this or supplier_external_id."),
    supplier_external_id: externalId.optional().describe("The same by the supplier's external_id."),
    unit_cost: unitCost.optional().describe("What one unit costs, net. Required for a new item."),
    costing_method: z
      .enum(costingMethods)
      .optional()
      .describe("How what leaves is costed; cannot change once the item has moved. New items: fifo."),
    reorder_point: z
      .int()
      .min(0)
      .max(maxQuantity / 10)
      .optional()
      .describe("Reorder when available + on order is at or below this many units. New items: 0."),
    target_quantity: z
      .int()
      .min(1)
      .max(maxQuantity)
      .optional()
      .describe("Reorder up to this many units; above reorder_point. Without it: twice the reorder point."),
    discontinued: z.boolean().optional().describe("Sold off and never reordered. New items: false."),
    may_go_negative: z
      .boolean()
      .optional()
      .describe("Whether more may be reserved or taken than there is (back-order). New items: false."),
    opening: z
      .strictObject({
        location: locationCode,
        on_hand: count.default(0).describe("Units there now."),
        on_order: count
          .default(0)
          .describe(
            "Units ordered already: becomes an open purchase order, sent, without a message. Needs a supplier.",
          ),
      })
      .optional()
      .describe("Stock that a new item starts with. Left out of account when the item exists."),
    expected_version: expectedVersion,
  }),
  output: z.strictObject({ ...itemRecord.shape, created: z.boolean().describe("Whether it is new.") }),
  handler: (input, call) => upsertItem(call, input),
});
