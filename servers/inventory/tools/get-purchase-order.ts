import { z } from "zod";
import { linksOutput } from "../../../src/kit/links.ts";
import { defineTool } from "../define-tool.ts";
import { purchaseOrderId, responseFormat } from "../fields.ts";
import { orderFacts, readOrderFacts } from "../order-facts.ts";
import { orderRecord } from "../records.ts";
import { requireOrder } from "../store/purchase-orders.ts";

export const getPurchaseOrderTool = defineTool({
  name: "get_purchase_order",
  title: "Get a purchase order",
  description:
    "One purchase order with its lines. Use it before you send, receive or cancel an order; list_purchase_orders " +
    "finds it. Returns ordered, received and outstanding whole units, unit costs and net total in minor units. " +
    "links name its receipts, whose movements list_movements finds by document_id.",
  effect: "read",
  input: z.strictObject({
    purchase_order_id: purchaseOrderId,
    ...responseFormat("concise leaves out the lines.", "detailed"),
  }),
  output: z.strictObject({
    ...orderRecord.shape,
    lines: orderRecord.shape.lines.optional().describe("What was ordered; left out by concise."),
    ...linksOutput,
  }),
  facts: orderFacts,
  resource: readOrderFacts,
  async handler({ purchase_order_id, response_format }, call) {
    const { lines, ...order } = await requireOrder(call, purchase_order_id);
    const links = await call.links(order.ref);
    return { ...order, ...(response_format === "detailed" && { lines }), links };
  },
});
