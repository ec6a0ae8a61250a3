import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { quantity, sku, supplierId } from "../fields.ts";
import { orderRecord } from "../records.ts";
import { resolveOrderLines } from "../store/order-lines.ts";
import { createOrder, orderTotal, requireOrder } from "../store/purchase-orders.ts";
import { requireSupplier } from "../store/suppliers.ts";

export const createPurchaseOrderTool = defineTool({
  name: "create_purchase_order",
  title: "Draft a purchase order",
  description:
    "Draft an order to one supplier, at the items' unit costs. Quantities are whole units. Returns the order with its " +
    "lines and net total. Nothing leaves the house until send_purchase_order, but the draft counts as on order. " +
    "low_stock says what to order and how much.",
  effect: "create",
  input: z.strictObject({
    supplier_id: supplierId,
    lines: z
      .array(z.strictObject({ sku, quantity }))
      .min(1)
      .max(1000)
      .describe("What to order: items of this supplier, each SKU once, all costed in one currency."),
  }),
  output: orderRecord,
  facts: z.strictObject({ supplier_id: z.string(), total: money, line_count: z.int() }),
  async resource({ supplier_id, lines }, call) {
    const supplier = await requireSupplier(call, supplier_id);
    const total = orderTotal(await resolveOrderLines(call, supplier, lines));
    return { supplier_id, total, line_count: lines.length };
  },
  async handler({ supplier_id, lines }, call) {
    const supplier = await requireSupplier(call, supplier_id);
    const id = await createOrder(call, {
      supplierId: supplier.id,
      lines: await resolveOrderLines(call, supplier, lines),
    });
    return await requireOrder(call, id);
  },
});
