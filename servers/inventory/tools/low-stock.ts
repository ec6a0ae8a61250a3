import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { supplierId } from "../fields.ts";
import { lowStockItem } from "../records.ts";
import { listLowStock } from "../store/reorder.ts";
import { requireSupplier } from "../store/suppliers.ts";

export const lowStockTool = defineTool({
  name: "low_stock",
  title: "Items to reorder",
  description:
    "Items to reorder: their available + on order quantity is at or below their reorder point. Use it before " +
    "create_purchase_order, and make one order a supplier_id. Open purchase orders, drafts too, count as on " +
    "order, so an item leaves the list as soon as it is ordered. Discontinued items and items without a supplier " +
    "are left out; search_items and get_stock show those. Returns them by SKU, in pages, each with a suggested " +
    "order quantity (whole units) and its unit cost in minor units.",
  effect: "read",
  input: z.strictObject({
    supplier_id: supplierId.optional().describe("Only items of this supplier."),
    ...pageInput,
  }),
  output: page(lowStockItem),
  async handler(input, call) {
    if (input.supplier_id !== undefined) await requireSupplier(call, input.supplier_id);
    return await listLowStock(call, input);
  },
});
