import { expect, test } from "vitest";
import type { ItemRecord, LowStockItem, MovementRecord } from "../../../../servers/inventory/records.ts";
import { seed } from "../../../../servers/inventory/seed.ts";
import { openInventory } from "./inventory-harness.ts";

const fixedSkus =
  `ROPE-08 ROPE-10 ROPE-12 ROPE-16 ROPE-20 ROPE-24 FEND-S FEND-M FEND-L FEND-XL SHAC-06 SHAC-08 SHAC-10
  SHAC-12 SHAC-16 ANCH-05 ANCH-10 ANCH-15 ANCH-25 CHAIN-06 CHAIN-08 CHAIN-10 CLEAT-S CLEAT-M CLEAT-L LIFE-CH LIFE-AD
  LIFE-PRO FLARE-HH FLARE-PAR`.split(/\s+/);

async function openSeeded() {
  const inventory = await openInventory();
  const counts = await inventory.inTransaction(() => seed(inventory.contextNow()));
  return { inventory, counts };
}

test("the sample company has what its description promises", async () => {
  const { inventory, counts } = await openSeeded();
  expect(counts).toMatchObject({ items: 80, locations: 3, suppliers: 6 });
  expect(counts.movements).toBeGreaterThan(300);
  const items = await inventory.all<ItemRecord>("search_items");
  expect(items).toHaveLength(80);
  const bySku = new Map(items.map((item) => [item.sku, item]));
  for (const sku of fixedSkus) {
    const item = bySku.get(sku);
    expect(item?.available, sku).toBeGreaterThan(item?.reorder_point ?? 0);
    expect(item?.unit_cost.currency).toBe("EUR");
  }
  for (const sku of ["ROPE-12", "FEND-M", "SHAC-10"])
    expect(bySku.get(sku)?.available).toBeGreaterThanOrEqual(50);
});

test("nine items of four suppliers are low, and their orders are of a plausible size", async () => {
  const { inventory } = await openSeeded();
  const low = await inventory.all<LowStockItem>("low_stock");
  expect(low).toHaveLength(9);
  const orders = [...Map.groupBy(low, (item) => item.supplier_id)];
  expect(orders).toHaveLength(4);
  let sum = 0;
  for (const [supplier_id, items] of orders) {
    const lines = items.map((item) => ({ sku: item.sku, quantity: item.suggested_quantity }));
    const order = await inventory.call<{ total: { minor: number } }>("create_purchase_order", {
      supplier_id,
      lines,
    });
    expect(order.total.minor).toBeLessThan(200_000);
    sum += order.total.minor;
  }
  expect(sum).toBeGreaterThan(300_000);
  expect(sum).toBeLessThan(800_000);
  expect(await inventory.all("low_stock")).toEqual([]);
});

test("the year is a ledger: it adds up, is in the past, and leaves nothing to send", async () => {
  const { inventory } = await openSeeded();
  const wrong =
    inventory.rows(`SELECT level.* FROM inventory_level AS level WHERE on_hand <> (SELECT sum(quantity)
    FROM inventory_movement AS m WHERE m.item_id = level.item_id AND m.location_id = level.location_id)`);
  expect(wrong).toEqual([]);
  const movements = await inventory.all<MovementRecord>("list_movements");
  expect(movements[0]?.occurred_at.localeCompare("2026-11-02T08:00:00Z")).toBe(-1);
  expect(movements.at(-1)?.occurred_at.startsWith("2025-11")).toBe(true);
  expect(await inventory.all("list_outbox", { status: ["queued"] })).toEqual([]);
  expect(await inventory.all("list_reservations", { status: ["active"] })).not.toEqual([]);
  expect(await inventory.all("list_purchase_orders", { status: ["sent"] })).not.toEqual([]);
});

test("every seed is the same, but for its ids", async () => {
  const content = async () => {
    const { inventory } = await openSeeded();
    const movements = await inventory.all<MovementRecord>("list_movements");
    return movements
      .map(({ id: _, item_id: __, document_id: ___, ...movement }) => JSON.stringify(movement))
      .sort();
  };
  expect(await content()).toEqual(await content());
});
