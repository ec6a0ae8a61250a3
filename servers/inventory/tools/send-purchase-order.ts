import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, purchaseOrderId } from "../fields.ts";
import { orderFacts, readOrderFacts } from "../order-facts.ts";
import { orderRecord } from "../records.ts";
import { sendOrder } from "../store/order-changes.ts";

export const sendPurchaseOrderTool = defineTool({
  name: "send_purchase_order",
  title: "Send a purchase order",
  description:
    "Commit a draft order: marks it as sent and puts its message to the supplier into the outbox, in one " +
    "transaction. Use it when the draft is right: a sent order can only be received or cancelled. Nothing is " +
    "mailed by this call itself; list_outbox shows what became of the message. Returns the order with message_id " +
    "and outbox_status queued; quantities are whole units, amounts in minor units.",
  effect: "send",
  input: z.strictObject({ purchase_order_id: purchaseOrderId, expected_version: expectedVersion }),
  output: orderRecord.required({ message_id: true, outbox_status: true, sent_at: true }),
  facts: orderFacts,
  resource: readOrderFacts,
  async handler(input, call) {
    const { message_id, outbox_status, sent_at, ...order } = await sendOrder(call, input);
    if (message_id === undefined || outbox_status === undefined || sent_at === undefined) {
      throw new Error("a sent order has a message");
    }
    return { ...order, message_id, outbox_status, sent_at };
  },
});
