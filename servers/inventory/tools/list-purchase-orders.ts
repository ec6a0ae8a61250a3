import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { isoDate } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { sku, supplierId } from "../fields.ts";
import { orderSummary } from "../records.ts";
import { requireItem } from "../store/items.ts";
import { listOrders } from "../store/order-list.ts";
import { requireSupplier } from "../store/suppliers.ts";
import { orderStatuses } from "../store/tables.ts";

export const listPurchaseOrdersTool = defineTool({
  name: "list_purchase_orders",
  title: "List purchase orders",
  description:
    "Purchase orders, the highest number first. Use it to find an order or to see what is still expected: open " +
    "ones are draft, sent and partially_received. Returns supplier, status, net total in minor units and " +
    "outstanding whole units of each, in pages; get_purchase_order shows the lines.",
  effect: "read",
  input: z.strictObject({
    status: z.array(z.enum(orderStatuses)).min(1).optional().describe("Only these statuses."),
    supplier_id: supplierId.optional().describe("Only orders to this supplier."),
    sku: sku.optional().describe("Only orders with a line for this item."),
    created_from: isoDate.optional().describe("First day of drafting, YYYY-MM-DD, in UTC."),
    created_to: isoDate.optional().describe("Last day of drafting, YYYY-MM-DD, in UTC, included."),
    ...pageInput,
  }),
  output: page(orderSummary),
  async handler({ limit, cursor, ...filter }, call) {
    requireDaysInOrder(["created_from", filter.created_from], ["created_to", filter.created_to]);
    if (filter.supplier_id !== undefined) await requireSupplier(call, filter.supplier_id);
    if (filter.sku !== undefined) await requireItem(call, filter.sku);
    return await listOrders(call, { filter, limit, cursor });
  },
});
