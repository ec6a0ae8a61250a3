import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, locationCode, purchaseOrderId, quantity, sku } from "../fields.ts";
import { orderFacts, readOrderFacts } from "../order-facts.ts";
import { orderRecord } from "../records.ts";
import { receiveOrder } from "../store/order-changes.ts";

export const receivePurchaseOrderTool = defineTool({
  name: "receive_purchase_order",
  title: "Receive a purchase order",
  description:
    "Book goods that arrived for a sent order into a location: one receipt movement and cost layer a line, at the " +
    "order's unit cost. Use it when goods of an order arrive; more than expected is refused, so book a surplus " +
    "with adjust_stock. Leave lines out when everything still expected has arrived. Returns the order: received " +
    "when complete, else partially_received; quantities are whole units, amounts in minor units.",
  effect: "update",
  input: z.strictObject({
    purchase_order_id: purchaseOrderId,
    location: locationCode.describe("Code of the location the goods were put in."),
    lines: z
      .array(z.strictObject({ sku, quantity: quantity.describe("Whole units that arrived.") }))
      .min(1)
      .max(1000)
      .optional()
      .describe("What arrived. Leave out for everything still expected."),
    expected_version: expectedVersion,
  }),
  output: orderRecord,
  facts: orderFacts,
  resource: readOrderFacts,
  handler: (input, call) => receiveOrder(call, input),
});
