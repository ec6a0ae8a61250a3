import { expect } from "vitest";
import type { ItemRecord } from "../../../../servers/inventory/records.ts";
import type { Inventory } from "./inventory-harness.ts";

/** A server's tables, and its tools at one instant. */
export interface Stock extends Pick<Inventory, "rows" | "call" | "all"> {
  contextNow(): { now: Date };
}

const byPlace = (row: Record<string, unknown>) => `${row.item_id}/${row.location_id}`;

function sumsBy(rows: readonly Record<string, unknown>[], key: (row: Record<string, unknown>) => string) {
  return new Map(rows.map((row) => [key(row), Number(row.n)]));
}

/** On hand = Σ movements, and what reservations that are valid now hold = reserved ≤ on hand. */
export async function expectSoundStock(inventory: Stock) {
  const now = inventory.contextNow().now.toISOString();
  const onHand = sumsBy(
    inventory.rows(`SELECT item_id, location_id, sum(quantity) AS n FROM inventory_movement GROUP BY 1, 2`),
    byPlace,
  );
  const held = sumsBy(
    inventory.rows(`SELECT item_id, location_id, sum(held) AS n FROM inventory_reservation_hold
      JOIN inventory_reservation AS r ON r.id = reservation_id
      WHERE status = 'active' AND coalesce(r.expires_at > '${now}', 1) GROUP BY 1, 2`),
    byPlace,
  );
  const ids = new Map(
    inventory.rows("SELECT id, code FROM inventory_location").map((row) => [row.code, row.id]),
  );
  let seen = 0;
  for (const item of await inventory.all<ItemRecord>("search_items", { response_format: "detailed" })) {
    expect(item.available).toBe(item.on_hand - item.reserved);
    const card = await inventory.call<
      ItemRecord & {
        locations: { location: string; on_hand: number; reserved: number; available: number }[];
        reservations: { quantity: number }[];
      }
    >("get_stock", { sku: item.sku });
    for (const level of card.locations) {
      const key = `${item.id}/${ids.get(level.location)}`;
      expect(level.on_hand).toBe(onHand.get(key) ?? 0);
      expect(level.reserved).toBe(held.get(key) ?? 0);
      if (!item.may_go_negative) expect(level.reserved).toBeLessThanOrEqual(level.on_hand);
      seen += Number(onHand.has(key));
    }
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    expect(total(card.locations.map((level) => level.on_hand))).toBe(item.on_hand);
    expect(total(card.locations.map((level) => level.reserved))).toBe(item.reserved);
    expect(total(card.reservations.map((hold) => hold.quantity))).toBe(item.reserved);
  }
  expect(seen).toBe(onHand.size);
}

/** Σ reservations ≤ on hand, at this moment: what was promised too often may have been given back by the end. */
export function expectNoneOverpromised(inventory: Pick<Stock, "rows">): void {
  const overpromised = inventory.rows(`SELECT level.* FROM inventory_level AS level
    JOIN inventory_item AS item ON item.id = item_id WHERE level.reserved > level.on_hand AND NOT may_go_negative`);
  expect(overpromised).toEqual([]);
}

/** Orders expect what was ordered and did not arrive, and what arrived is in the ledger. */
export function expectSoundOrders(inventory: Pick<Stock, "rows">): void {
  const wrong = inventory.rows(`SELECT * FROM inventory_purchase_order_line JOIN inventory_purchase_order
    ON id = purchase_order_id
    WHERE outstanding <> CASE WHEN status IN ('draft', 'sent', 'partially_received') THEN ordered - received ELSE 0 END
      OR (status = 'received' AND ordered <> received) OR (status = 'draft' AND received > 0)`);
  expect(wrong).toEqual([]);
  const [sums] = inventory.rows(`SELECT
    (SELECT coalesce(sum(quantity), 0) FROM inventory_movement WHERE kind = 'receipt') AS receipts,
    (SELECT coalesce(sum(received), 0) FROM inventory_purchase_order_line) AS received,
    (SELECT sum(on_order) FROM inventory_item) AS on_order,
    (SELECT coalesce(sum(outstanding), 0) FROM inventory_purchase_order_line) AS outstanding`);
  expect(sums?.receipts).toBe(sums?.received);
  expect(sums?.on_order).toBe(sums?.outstanding);
}

/** Every unit that a reservation shipped is a movement out, and it never shipped more than it held. */
export function expectSoundShipments(inventory: Pick<Stock, "rows">): void {
  const [sums] = inventory.rows(`SELECT
    (SELECT coalesce(-sum(quantity), 0) FROM inventory_movement WHERE kind = 'shipment') AS moved,
    (SELECT coalesce(sum(shipped), 0) FROM inventory_reservation_hold) AS shipped,
    (SELECT count(*) FROM inventory_reservation_hold JOIN inventory_reservation ON id = reservation_id
      WHERE held > 0 AND status <> 'active') AS lost`);
  expect(sums?.moved).toBe(sums?.shipped);
  expect(sums?.lost).toBe(0);
}
