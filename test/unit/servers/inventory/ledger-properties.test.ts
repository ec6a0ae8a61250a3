import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  ItemRecord,
  LowStockItem,
  OrderRecord,
  ReservationRecord,
} from "../../../../servers/inventory/records.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { addItem, type Inventory, openInventory } from "./inventory-harness.ts";

const skus = ["A", "B", "C"] as const;
const places = ["MAIN", "QUAY", "NORTH"] as const;

const sku = fc.constantFrom(...skus);
const place = fc.constantFrom(...places);
const units = fc.integer({ min: 1, max: 40 });
const pick = fc.nat({ max: 50 });
const lines = fc.uniqueArray(fc.record({ sku, quantity: units }), {
  selector: (line) => line.sku,
  minLength: 1,
});

/** A call that may be refused; `pick` chooses among the reservations or orders there are. */
const step = fc.oneof(
  fc.record({
    tool: fc.constant("adjust_stock"),
    args: fc.record({
      sku,
      location: place,
      quantity: fc.integer({ min: -30, max: 60 }).filter((quantity) => quantity !== 0),
      reason: fc.constant("Counted"),
    }),
    pick,
  }),
  fc.record({
    tool: fc.constant("transfer_stock"),
    args: fc.record({ sku, from: place, to: place, quantity: units }),
    pick,
  }),
  fc.record({
    tool: fc.constant("reserve_stock"),
    args: fc.record({ reference: fc.constant("D"), allow_partial: fc.boolean(), lines }),
    pick,
  }),
  fc.record({ tool: fc.constant("release_reservation"), args: fc.constant({ reason: "Changed" }), pick }),
  fc.record({ tool: fc.constant("create_purchase_order"), args: fc.record({ lines }), pick }),
  fc.record({ tool: fc.constant("send_purchase_order"), args: fc.constant({}), pick }),
  fc.record({
    tool: fc.constant("receive_purchase_order"),
    args: fc.oneof(fc.record({ location: place }), fc.record({ location: place, lines })),
    pick,
  }),
  fc.record({ tool: fc.constant("cancel_purchase_order"), args: fc.constant({ reason: "Changed" }), pick }),
);

async function openThree(mayGoNegative: boolean) {
  const inventory = await openInventory();
  for (const code of places) await inventory.call("upsert_location", { code, name: code });
  const { id: supplierId } = await inventory.call<{ id: string }>("upsert_supplier", { name: "S" });
  for (const [index, name] of skus.entries()) {
    await addItem(inventory, name, {
      supplier_id: supplierId,
      reorder_point: 20 * index,
      may_go_negative: mayGoNegative && name === "C",
    });
  }
  return { inventory, supplierId };
}

/** Plays the steps; refusals are part of the game, any other error is not. Returns how many calls were made. */
async function play(
  inventory: Inventory,
  supplierId: string,
  steps: readonly { tool: string; args: Record<string, unknown>; pick: number }[],
): Promise<number> {
  const reservations: string[] = [];
  const orders: string[] = [];
  let made = 0;
  for (const { tool, args, pick } of steps) {
    const about = {
      release_reservation: {
        reservation_id: reservations[pick % Math.max(1, reservations.length)] ?? "none",
      },
      create_purchase_order: { supplier_id: supplierId },
      send_purchase_order: { purchase_order_id: orders[pick % Math.max(1, orders.length)] ?? "none" },
      receive_purchase_order: { purchase_order_id: orders[pick % Math.max(1, orders.length)] ?? "none" },
      cancel_purchase_order: { purchase_order_id: orders[pick % Math.max(1, orders.length)] ?? "none" },
    }[tool];
    try {
      const result = await inventory.call(tool, { ...args, ...about });
      if (tool === "reserve_stock") reservations.push(String(result.reservation_id));
      if (tool === "create_purchase_order") orders.push(String(result.id));
      made += 1;
    } catch (error) {
      if (!(error instanceof RingmainError)) throw error;
    }
  }
  return made;
}

test("whatever happens, levels are what the ledger says and nothing is promised twice", async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 40 }),
      fc.boolean(),
      async (steps, negative) => {
        const { inventory, supplierId } = await openThree(negative);
        made += await play(inventory, supplierId, steps);

        // on hand = Σ movements, reserved = Σ what active reservations hold, at every item and location
        const movements = inventory.rows(`SELECT item_id, location_id, sum(quantity) AS quantity
        FROM inventory_movement GROUP BY item_id, location_id`);
        const holds = inventory.rows(`SELECT item_id, location_id, sum(held) AS held
        FROM inventory_reservation_hold JOIN inventory_reservation ON id = reservation_id
        WHERE status = 'active' GROUP BY item_id, location_id`);
        const key = (row: Record<string, unknown>) => `${row.item_id}/${row.location_id}`;
        const onHand = new Map(movements.map((row) => [key(row), Number(row.quantity)]));
        const held = new Map(holds.map((row) => [key(row), Number(row.held)]));
        const levels = inventory.rows(`SELECT level.*, may_go_negative FROM inventory_level AS level
        JOIN inventory_item ON id = item_id`);
        for (const level of levels) {
          expect(level.on_hand).toBe(onHand.get(key(level)) ?? 0);
          expect(level.reserved).toBe(held.get(key(level)) ?? 0);
          if (level.may_go_negative === 0)
            expect(Number(level.on_hand)).toBeGreaterThanOrEqual(Number(level.reserved));
        }
        expect(levels.map(key)).toEqual(expect.arrayContaining([...onHand.keys(), ...held.keys()]));

        // what the tools show adds up, and so do orders
        for (const item of await inventory.all<ItemRecord>("search_items")) {
          expect(item.available).toBe(item.on_hand - item.reserved);
          const card = await inventory.call<ItemRecord & { locations: { on_hand: number }[] }>("get_stock", {
            sku: item.sku,
          });
          expect(card.locations.reduce((total, level) => total + level.on_hand, 0)).toBe(item.on_hand);
        }
        const wrong =
          inventory.rows(`SELECT * FROM inventory_purchase_order_line JOIN inventory_purchase_order
        ON id = purchase_order_id
        WHERE outstanding <> CASE WHEN status IN ('draft', 'sent', 'partially_received') THEN ordered - received ELSE 0 END
          OR (status = 'received' AND ordered <> received) OR (status = 'draft' AND received > 0)`);
        expect(wrong).toEqual([]);
        const receipts = inventory.rows(
          "SELECT sum(quantity) AS n FROM inventory_movement WHERE kind = 'receipt'",
        );
        const received = inventory.rows("SELECT sum(received) AS n FROM inventory_purchase_order_line");
        expect(receipts[0]?.n ?? 0).toBe(received[0]?.n ?? 0);
      },
    ),
    { numRuns: 40 },
  );
  expect(made).toBeGreaterThan(200);
});

test("a transfer changes no total and no value", async () => {
  await fc.assert(
    fc.asyncProperty(
      place,
      place,
      units,
      fc.integer({ min: 0, max: 40 }),
      async (from, to, quantity, onHand) => {
        const { inventory } = await openThree(false);
        if (onHand > 0) {
          await inventory.call("adjust_stock", {
            sku: "A",
            location: from,
            quantity: onHand,
            reason: "Found",
          });
        }
        const refused = await inventory
          .call("transfer_stock", { sku: "A", from, to, quantity })
          .then(() => false)
          .catch((error: unknown) => error instanceof RingmainError);
        expect(refused).toBe(from === to || quantity > onHand);
        expect(await inventory.call("get_stock", { sku: "A" })).toMatchObject({ on_hand: onHand });
        const value = inventory.rows(
          "SELECT coalesce(sum(quantity * unit_cost_minor), 0) AS n FROM inventory_movement",
        );
        expect(value[0]?.n).toBe(onHand * 160);
      },
    ),
    { numRuns: 15 },
  );
});

test("reservations take what is available and not one unit more", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 }),
      fc.array(units, { minLength: 1, maxLength: 8 }),
      async (stock, wishes) => {
        const { inventory } = await openThree(false);
        for (const [index, quantity] of stock.entries()) {
          const location = places[index] ?? "MAIN";
          if (quantity > 0)
            await inventory.call("adjust_stock", { sku: "A", location, quantity, reason: "Found" });
        }
        let left = stock.reduce((total, quantity) => total + quantity, 0);
        for (const quantity of wishes) {
          const reservation = await inventory.call<ReservationRecord>("reserve_stock", {
            reference: "D",
            allow_partial: true,
            lines: [{ sku: "A", quantity }],
          });
          expect(reservation.reserved_quantity).toBe(Math.min(quantity, left));
          left -= reservation.reserved_quantity;
        }
        expect(await inventory.call("get_stock", { sku: "A" })).toMatchObject({ available: left });
      },
    ),
    { numRuns: 15 },
  );
});

test("ordering everything that is low leaves nothing low", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          on_hand: fc.nat({ max: 60 }),
          on_order: fc.nat({ max: 30 }),
          reorder_point: fc.nat({ max: 50 }),
          above: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      async (items) => {
        const { inventory, supplierId } = await openThree(false);
        for (const [index, { on_hand, on_order, reorder_point, above }] of items.entries()) {
          await addItem(inventory, `X-${index}`, {
            supplier_id: supplierId,
            reorder_point,
            target_quantity: above === undefined ? undefined : reorder_point + above,
            opening: { location: "MAIN", on_hand, on_order },
          });
        }
        const low = await inventory.all<LowStockItem>("low_stock");
        const expected = items.flatMap(({ on_hand, on_order, reorder_point }, index) =>
          on_hand + on_order <= reorder_point ? [`X-${index}`] : [],
        );
        expect(low.map((item) => item.sku).filter((name) => name.startsWith("X-"))).toEqual(expected);
        const lines = low.map((item) => ({ sku: item.sku, quantity: item.suggested_quantity }));
        await inventory.call<OrderRecord>("create_purchase_order", { supplier_id: supplierId, lines });
        expect(await inventory.all("low_stock")).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});
