import { z } from "zod";
import { instant, money } from "../../../src/kit/fields.ts";
import { linksOutput } from "../../../src/kit/links.ts";
import { defineTool } from "../define-tool.ts";
import { responseFormat, sku, units } from "../fields.ts";
import { itemRecord, levelRecord } from "../records.ts";
import { requireItem } from "../store/items.ts";
import { conciseCard, readStockCard } from "../store/stock-card.ts";
import { orderStatuses } from "../store/tables.ts";

export const getStockTool = defineTool({
  name: "get_stock",
  title: "Get stock of an item",
  description:
    "How much there is of one item. Use it before you promise, order or correct goods; search_items finds the " +
    "SKU. Returns on hand, reserved and available in total and per location, what is on order and in which " +
    "purchase orders, which reservations hold it (whole units of the item), and what it is worth by FIFO and " +
    "moving average, in minor units. available is on hand less reserved.",
  effect: "read",
  input: z.strictObject({
    sku,
    ...responseFormat("concise leaves out open_orders and reservations.", "detailed"),
  }),
  output: z.strictObject({
    ...itemRecord.shape,
    stock_value: z
      .strictObject({
        fifo: money.describe("Value by FIFO: the sum of the open cost layers."),
        moving_average: money.describe("Value by moving average."),
        book: money.describe("Value by the item's costing method."),
      })
      .describe("What the units on hand cost; below zero when more left than came in."),
    locations: z
      .array(levelRecord)
      .describe("The best stocked location first; locations that never had any are left out."),
    open_orders: z
      .array(
        z.strictObject({
          purchase_order_id: z.string().describe("Purchase order id."),
          ref: z.string().describe("Its number, e.g. PO-0007."),
          status: z.enum(orderStatuses).describe("draft, sent or partially_received."),
          outstanding: units.describe("Units still expected from it."),
        }),
      )
      .optional()
      .describe("The oldest 50 purchase orders that still expect the item; left out by concise."),
    reservations: z
      .array(
        z.strictObject({
          reservation_id: z.string().describe("Reservation id."),
          reference: z.string().describe("What the stock is held for."),
          quantity: units.describe("Units it holds."),
          expires_at: instant.optional().describe("From then on it holds nothing."),
          ...linksOutput,
        }),
      )
      .optional()
      .describe(
        "The oldest 50 reservations that hold it (list_reservations shows all); left out by concise.",
      ),
  }),
  facts: z.strictObject({ supplier_id: z.string().optional(), discontinued: z.boolean() }),
  async resource({ sku }, call) {
    const { supplier_id, discontinued } = await requireItem(call, sku);
    return { supplier_id, discontinued };
  },
  async handler({ sku, response_format }, call) {
    const card = await readStockCard(call, sku);
    return response_format === "detailed" ? card : conciseCard(card);
  },
});
