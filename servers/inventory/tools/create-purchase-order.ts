import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { quantity, sku, supplierId } from "../fields.ts";
import { orderRecord } from "../records.ts";
import { resolveOrderLines } from "../store/order-lines.ts";
import { createOrder, findSameDraft, orderTotal, requireOrder } from "../store/purchase-orders.ts";
import { requireSupplier } from "../store/suppliers.ts";

export const createPurchaseOrderTool = defineTool({
  name: "create_purchase_order",
  title: "Draft a purchase order",
  description:
    "Draft an order to one supplier, at the items' unit costs. Use it for what low_stock lists: it says what to " +
    "order and how much. Nothing leaves the house until send_purchase_order, but the draft counts as on order. " +
    "When a draft to this supplier with the same quantities exists, that one is returned with duplicate_of and " +
    "nothing is made. Returns the order with its lines in whole units and its net total in minor units.",
  effect: "create",
  input: z.strictObject({
    supplier_id: supplierId,
    lines: z
      .array(z.strictObject({ sku, quantity }))
      .min(1)
      .max(1000)
      .describe("What to order: items of this supplier, each SKU once, all costed in one currency."),
    allow_duplicate: z.boolean().default(false).describe("true drafts the same order a second time."),
  }),
  output: z.strictObject({
    ...orderRecord.shape,
    duplicate_of: z
      .string()
      .optional()
      .describe("Present when this draft existed already; nothing new was made."),
  }),
  facts: z.strictObject({ supplier_id: z.string(), total: money, line_count: z.int() }),
  async resource({ supplier_id, lines }, call) {
    const supplier = await requireSupplier(call, supplier_id);
    const total = orderTotal(await resolveOrderLines(call, supplier, lines));
    return { supplier_id, total, line_count: lines.length };
  },
  async handler({ supplier_id, lines, allow_duplicate }, call) {
    const supplier = await requireSupplier(call, supplier_id);
    const order = { supplierId: supplier.id, lines: await resolveOrderLines(call, supplier, lines) };
    const draft = allow_duplicate ? undefined : await findSameDraft(call, order);
    if (draft !== undefined) return { ...draft, duplicate_of: draft.id };
    return await requireOrder(call, await createOrder(call, order));
  },
});
