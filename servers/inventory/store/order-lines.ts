import { RingmainError } from "../../../src/core/errors.ts";
import type { ItemRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { requireItems } from "./items.ts";
import type { OrderLine } from "./purchase-orders.ts";
import type { SupplierRow } from "./suppliers.ts";

/**
 * The lines of a new order. Throws NOT_FOUND for an unknown SKU, INPUT_INVALID for a SKU that stands twice or
 * comes from another supplier, STATE_INVALID for a discontinued item.
 */
export async function resolveOrderLines(
  call: InventoryContext,
  supplier: SupplierRow,
  lines: readonly { sku: string; quantity: number }[],
): Promise<OrderLine[]> {
  const items = await requireItems(
    call,
    lines.map((line) => line.sku),
  );
  const seen = new Set<string>();
  return items.map((item, index) => {
    if (seen.has(item.id)) {
      throw new RingmainError("INPUT_INVALID", `${item.sku} stands in two lines.`, {
        hint: "Add the quantities up in one line.",
      });
    }
    seen.add(item.id);
    requireOrderable(item, supplier);
    return { item, quantity: lines[index]?.quantity ?? 0 };
  });
}

function requireOrderable(item: ItemRecord, supplier: SupplierRow): void {
  if (item.supplier_id !== supplier.id) {
    const owner =
      item.supplier === undefined ? "no supplier" : `supplier ${item.supplier.name} (${item.supplier.id})`;
    throw new RingmainError("INPUT_INVALID", `${item.sku} has ${owner}, not ${supplier.name}.`, {
      hint: "Order it from its own supplier, or set supplier_id with upsert_item first.",
    });
  }
  if (item.discontinued) {
    throw new RingmainError("STATE_INVALID", `${item.sku} is discontinued and is not reordered.`, {
      hint: "Leave it out, or set discontinued to false with upsert_item first.",
    });
  }
}
