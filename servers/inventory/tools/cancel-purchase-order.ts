import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, purchaseOrderId, text } from "../fields.ts";
import { orderFacts, readOrderFacts } from "../order-facts.ts";
import { orderRecord } from "../records.ts";
import { cancelOrder } from "../store/order-changes.ts";

export const cancelPurchaseOrderTool = defineTool({
  name: "cancel_purchase_order",
  title: "Cancel a purchase order",
  description:
    "Cancel what is still expected of an open order; what was received stays. Use it for an order that is not " +
    "wanted any more. A message that still waits in the outbox is cancelled with it; when it has left already " +
    "(outbox_status sent), somebody must tell the supplier. Returns the order with status cancelled; quantities " +
    "are whole units, amounts in minor units.",
  effect: "update",
  input: z.strictObject({
    purchase_order_id: purchaseOrderId,
    reason: text(500).describe("Why, for whoever asks later."),
    expected_version: expectedVersion,
  }),
  output: orderRecord,
  facts: orderFacts,
  resource: readOrderFacts,
  handler: (input, call) => cancelOrder(call, input),
});
