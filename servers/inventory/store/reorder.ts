import { sql } from "kysely";
import { decodeCursor } from "../../../src/kit/pages.ts";
import { maxQuantity } from "../fields.ts";
import type { LowStockItem } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { expiredUnits } from "./expiry.ts";
import { type Page, takePage } from "./pages.ts";

/**
 * How many units to order so that available and on order together reach the target (by default twice the
 * reorder point), and at least one more than the reorder point: the item is not low again at once.
 */
export function suggestQuantity(item: {
  available: number;
  on_order: number;
  reorder_point: number;
  target_quantity: number | null;
}): number {
  const target = Math.max(item.target_quantity ?? 2 * item.reorder_point, item.reorder_point + 1);
  return Math.min(maxQuantity, target - item.available - item.on_order);
}

/** Items to reorder, by SKU: available + on order ≤ reorder point, not discontinued, with a supplier. */
export async function listLowStock(
  call: InventoryContext,
  options: { supplier_id?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Page<LowStockItem>> {
  const available = sql<number>`item.on_hand - item.reserved + ${expiredUnits(call, "item")}`;
  let query = call.db
    .selectFrom("inventory_item as item")
    .innerJoin("inventory_supplier as supplier", "supplier.id", "item.supplier_id")
    .select(["item.id", "item.sku", "item.name", "item.unit", "item.reorder_point", "item.target_quantity"])
    .select(["item.unit_cost_minor", "item.unit_cost_currency", "item.on_order"])
    .select(["supplier.id as supplier_id", "supplier.name as supplier_name"])
    .select(available.as("available"))
    // Word for word the condition of the partial indexes. Holds that expired can only make it hold for too many.
    .where(sql<boolean>`item.discontinued = 0 and item.supplier_id is not null
      and item.reorder_point >= item.on_hand - item.reserved + item.on_order`)
    .where(sql<boolean>`${available} + item.on_order <= item.reorder_point`)
    .orderBy("item.sku")
    .limit(options.limit + 1);
  if (options.supplier_id !== undefined) query = query.where("item.supplier_id", "=", options.supplier_id);
  if (options.cursor !== undefined) {
    const [sku] = decodeCursor("low stock", options.cursor, 1).map(String);
    query = query.where("item.sku", ">", sku ?? "");
  }
  return takePage(
    "low stock",
    await query.execute(),
    options.limit,
    (row) => ({
      id: row.id,
      sku: row.sku,
      name: row.name,
      unit: row.unit,
      supplier_id: row.supplier_id,
      supplier: { id: row.supplier_id, name: row.supplier_name },
      available: row.available,
      on_order: row.on_order,
      reorder_point: row.reorder_point,
      suggested_quantity: suggestQuantity(row),
      unit_cost: { minor: row.unit_cost_minor, currency: row.unit_cost_currency },
    }),
    (row) => [row.sku],
  );
}
