import { expect, test } from "vitest";
import type { LowStockItem, OrderRecord } from "../../../../servers/inventory/records.ts";
import { suggestQuantity } from "../../../../servers/inventory/store/reorder.ts";
import { addItem, openStocked } from "./inventory-harness.ts";

test.each([
  [{ available: 7, on_order: 0, reorder_point: 12, target_quantity: null }, 17],
  [{ available: 7, on_order: 3, reorder_point: 12, target_quantity: 40 }, 30],
  [{ available: 0, on_order: 0, reorder_point: 0, target_quantity: null }, 1],
  [{ available: -5, on_order: 0, reorder_point: 0, target_quantity: null }, 6],
  [{ available: 1, on_order: 0, reorder_point: 1, target_quantity: null }, 1],
])("suggests for %j", (item, expected) => {
  expect(suggestQuantity(item)).toBe(expected);
});

test("lists what is at or below its reorder point, counting reservations and open orders", async () => {
  const { inventory, supplierId } = await openStocked(100);
  const add = (sku: string, on_hand: number, reorder_point: number, more: object = {}) =>
    addItem(inventory, sku, {
      supplier_id: supplierId,
      reorder_point,
      opening: { location: "MAIN", on_hand },
      ...more,
    });
  await add("AT", 10, 10);
  await add("ABOVE", 11, 10);
  await add("HELD", 12, 10);
  await inventory.call("reserve_stock", { reference: "D", lines: [{ sku: "HELD", quantity: 4 }] });
  await add("OLD", 0, 10, { discontinued: true });
  await add("LONE", 0, 10, { supplier_id: undefined });
  await add("COMING", 0, 10, { opening: { location: "MAIN", on_order: 11 } });
  await add("TARGET", 3, 5, { target_quantity: 30 });
  const low = await inventory.all<LowStockItem>("low_stock");
  expect(low.map(({ sku, available, suggested_quantity }) => [sku, available, suggested_quantity])).toEqual([
    ["AT", 10, 10],
    ["HELD", 8, 12],
    ["TARGET", 3, 27],
  ]);
  expect(low[0]).toMatchObject({
    supplier_id: supplierId,
    supplier: { name: "Ropewerk" },
    unit_cost: { minor: 160 },
  });
  expect(await inventory.refusal("low_stock", { supplier_id: "sup_none" })).toMatchObject({
    code: "NOT_FOUND",
  });

  const lines = low.map((item) => ({ sku: item.sku, quantity: item.suggested_quantity }));
  const draft = await inventory.call<OrderRecord>("create_purchase_order", {
    supplier_id: supplierId,
    lines,
  });
  expect(await inventory.all("low_stock")).toEqual([]);
  await inventory.call("send_purchase_order", { purchase_order_id: draft.id });
  expect(await inventory.all("low_stock")).toEqual([]);
  await inventory.call("cancel_purchase_order", { purchase_order_id: draft.id, reason: "Mistake" });
  expect((await inventory.all<LowStockItem>("low_stock")).map((item) => item.sku)).toEqual([
    "AT",
    "HELD",
    "TARGET",
  ]);
});
