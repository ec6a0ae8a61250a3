import fc from "fast-check";
import { RingmainError } from "../../../../src/core/errors.ts";
import { addItem, type Inventory, openInventory } from "./inventory-harness.ts";

const skus = ["A", "B", "C"] as const;
export const places = ["MAIN", "QUAY", "NORTH"] as const;

const sku = fc.constantFrom(...skus);
export const place = fc.constantFrom(...places);
export const units = fc.integer({ min: 1, max: 40 });
const price = fc.record({ minor: fc.integer({ min: 0, max: 999 }), currency: fc.constant("EUR") });
const pick = fc.nat({ max: 50 });
const lines = fc.uniqueArray(fc.record({ sku, quantity: units }), {
  selector: (line) => line.sku,
  minLength: 1,
});
const signed = fc.integer({ min: -30, max: 60 }).filter((quantity) => quantity !== 0);

function stepOf(tool: string, args: fc.Arbitrary<Record<string, unknown>>) {
  return fc.record({ tool: fc.constant(tool), args, pick, hours: fc.nat({ max: 20 }) });
}

/** A call that may be refused; `pick` chooses among the reservations or orders there are, after some hours. */
export const step = fc.oneof(
  stepOf(
    "adjust_stock",
    fc.record({ sku, location: place, quantity: signed, reason: fc.constant("Counted") }),
  ),
  stepOf(
    "adjust_stock",
    fc.record({ sku, location: place, quantity: units, unit_cost: price, reason: fc.constant("Found") }),
  ),
  stepOf("upsert_item", fc.record({ sku, unit_cost: price })),
  stepOf("transfer_stock", fc.record({ sku, from: place, to: place, quantity: units })),
  stepOf(
    "post_count",
    fc.record({
      count_id: fc.constantFrom("C1", "C2", "C3", "C4"),
      location: place,
      lines: fc.uniqueArray(fc.record({ sku, counted: fc.nat({ max: 60 }) }), {
        selector: (line) => line.sku,
        minLength: 1,
      }),
    }),
  ),
  stepOf(
    "reserve_stock",
    fc.record({
      reference: fc.constantFrom("D", "E"),
      allow_partial: fc.boolean(),
      days: fc.nat({ max: 3 }),
      lines,
    }),
  ),
  stepOf("release_reservation", fc.constant({ reason: "Changed" })),
  stepOf("ship_reservation", fc.oneof(fc.constant({}), fc.record({ lines }))),
  stepOf("create_purchase_order", fc.record({ lines })),
  stepOf("send_purchase_order", fc.constant({})),
  stepOf(
    "receive_purchase_order",
    fc.oneof(fc.record({ location: place }), fc.record({ location: place, lines })),
  ),
  stepOf("cancel_purchase_order", fc.constant({ reason: "Changed" })),
);
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Three items in three places; C by moving average, and below zero when it may. */
export async function openThree(mayGoNegative: boolean) {
  const inventory = await openInventory();
  for (const code of places) await inventory.call("upsert_location", { code, name: code });
  const { id: supplierId } = await inventory.call<{ id: string }>("upsert_supplier", { name: "S" });
  for (const [index, name] of skus.entries()) {
    await addItem(inventory, name, {
      supplier_id: supplierId,
      reorder_point: 20 * index,
      may_go_negative: mayGoNegative && name === "C",
      costing_method: name === "C" ? "moving_average" : "fifo",
    });
  }
  return { inventory, supplierId };
}

/**
 * Plays the steps, hours passing between them, with a look at things after each call; refusals are part of the game,
 * any other error is not. Returns how many calls of each tool were made.
 */
export async function play(
  inventory: Inventory,
  supplierId: string,
  steps: readonly Step[],
  afterEach: () => void = () => {},
): Promise<Record<string, number>> {
  const reservations: string[] = [];
  const orders: string[] = [];
  const made: Record<string, number> = {};
  let now = Date.parse("2026-11-02T08:00:00Z");
  for (const { tool, args, pick, hours } of steps) {
    now += hours * 3_600_000;
    inventory.setNow(new Date(now).toISOString());
    const { days, ...rest } = args;
    const reservation_id = reservations[pick % Math.max(1, reservations.length)] ?? "none";
    const purchase_order_id = orders[pick % Math.max(1, orders.length)] ?? "none";
    const about = {
      reserve_stock:
        Number(days) > 0 ? { expires_at: new Date(now + Number(days) * 86_400_000).toISOString() } : {},
      release_reservation: { reservation_id },
      ship_reservation: { reservation_id },
      create_purchase_order: { supplier_id: supplierId },
      send_purchase_order: { purchase_order_id },
      receive_purchase_order: { purchase_order_id },
      cancel_purchase_order: { purchase_order_id },
    }[tool];
    try {
      const result = await inventory.call(tool, { ...rest, ...about });
      if (tool === "reserve_stock") reservations.push(String(result.reservation_id));
      if (tool === "create_purchase_order") orders.push(String(result.id));
      made[tool] = (made[tool] ?? 0) + 1;
      afterEach();
    } catch (error) {
      if (!(error instanceof RingmainError)) throw error;
    }
  }
  return made;
}
