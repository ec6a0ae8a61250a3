import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { purchaseOrderId } from "../fields.ts";
import { orderRecord } from "../records.ts";
import { requireOrder } from "../store/purchase-orders.ts";

export const getPurchaseOrderTool = defineTool({
  name: "get_purchase_order",
  title: "Get a purchase order",
  description:
    "One purchase order with its lines: ordered, received and outstanding whole units, unit costs and net total.",
  effect: "read",
  input: z.strictObject({ purchase_order_id: purchaseOrderId }),
  output: orderRecord,
  handler: ({ purchase_order_id }, call) => requireOrder(call, purchase_order_id),
});
