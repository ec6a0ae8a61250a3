import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  ItemRecord,
  LowStockItem,
  OrderRecord,
  ReservationRecord,
} from "../../../../servers/inventory/records.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { addItem, type Inventory } from "./inventory-harness.ts";
import { openThree, place, places, play, step, units } from "./random-business.ts";

const byPlace = (row: Record<string, unknown>) => `${row.item_id}/${row.location_id}`;

function sumsBy(rows: readonly Record<string, unknown>[], key: (row: Record<string, unknown>) => string) {
  return new Map(rows.map((row) => [key(row), Number(row.n)]));
}

/** On hand = Σ movements, and what reservations that are valid now hold = reserved ≤ on hand. */
async function expectSoundStock(inventory: Inventory) {
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

/** Orders expect what was ordered and did not arrive, and what arrived is in the ledger. */
async function expectSoundOrders(inventory: Inventory) {
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
function expectSoundShipments(inventory: Inventory) {
  const [sums] = inventory.rows(`SELECT
    (SELECT coalesce(-sum(quantity), 0) FROM inventory_movement WHERE kind = 'shipment') AS moved,
    (SELECT coalesce(sum(shipped), 0) FROM inventory_reservation_hold) AS shipped,
    (SELECT count(*) FROM inventory_reservation_hold JOIN inventory_reservation ON id = reservation_id
      WHERE held > 0 AND status <> 'active') AS lost`);
  expect(sums?.moved).toBe(sums?.shipped);
  expect(sums?.lost).toBe(0);
}

test("whatever happens, levels are what the ledger says and nothing is promised twice", async () => {
  const made: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 25, maxLength: 50 }),
      fc.boolean(),
      async (steps, negative) => {
        const { inventory, supplierId } = await openThree(negative);
        for (const [tool, calls] of Object.entries(await play(inventory, supplierId, steps))) {
          made[tool] = (made[tool] ?? 0) + calls;
        }
        await expectSoundStock(inventory);
        await expectSoundOrders(inventory);
        expectSoundShipments(inventory);
      },
    ),
    { numRuns: 40 },
  );
  for (const tool of ["ship_reservation", "post_count", "transfer_stock", "receive_purchase_order"]) {
    expect(made[tool], tool).toBeGreaterThan(0);
  }
});

test("a transfer changes no total and no value, whatever the units cost", async () => {
  const batch = fc.record({ quantity: units, minor: fc.nat({ max: 999 }) });
  await fc.assert(
    fc.asyncProperty(
      place,
      place,
      units,
      fc.array(batch, { maxLength: 3 }),
      async (from, to, quantity, batches) => {
        const { inventory } = await openThree(false);
        for (const { quantity, minor } of batches) {
          const unit_cost = { minor, currency: "EUR" };
          const found = { sku: "A", location: from, quantity, unit_cost, reason: "Found" };
          await inventory.call("adjust_stock", found);
        }
        const read = async () => {
          const { on_hand, stock_value } = await inventory.call("get_stock", { sku: "A" });
          const { totals } = await inventory.call("valuation");
          const layers = inventory.rows("SELECT * FROM inventory_cost_layer");
          return { on_hand, stock_value, totals, layers };
        };
        const before = await read();
        const refused = await inventory
          .call("transfer_stock", { sku: "A", from, to, quantity })
          .then(() => false)
          .catch((error: unknown) => error instanceof RingmainError);
        const onHand = batches.reduce((total, { quantity }) => total + quantity, 0);
        expect(refused).toBe(from === to || quantity > onHand);
        expect(before.on_hand).toBe(onHand);
        expect(await read()).toEqual(before);
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
            allow_duplicate: true,
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

test("ordering everything that is low leaves nothing low, so a repeated run makes no second order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          on_hand: fc.nat({ max: 60 }),
          on_order: fc.nat({ max: 30 }),
          reorder_point: fc.nat({ max: 50 }),
          above: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
          held: fc.nat({ max: 20 }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      async (items) => {
        const { inventory, supplierId } = await openThree(false);
        for (const [index, { on_hand, on_order, reorder_point, above, held }] of items.entries()) {
          await addItem(inventory, `X-${index}`, {
            supplier_id: supplierId,
            reorder_point,
            target_quantity: above === undefined ? undefined : reorder_point + above,
            opening: { location: "MAIN", on_hand, on_order },
          });
          if (held === 0 || held > on_hand) continue;
          const lines = [{ sku: `X-${index}`, quantity: held }];
          await inventory.call("reserve_stock", { reference: `R-${index}`, lines });
        }
        const low = await inventory.all<LowStockItem>("low_stock");
        const expected = items.flatMap(({ on_hand, on_order, reorder_point, held }, index) =>
          on_hand - (held > on_hand ? 0 : held) + on_order <= reorder_point ? [`X-${index}`] : [],
        );
        expect(low.map((item) => item.sku).filter((name) => name.startsWith("X-"))).toEqual(expected);
        const orderAll = async () => {
          const lines = (await inventory.all<LowStockItem>("low_stock")).map((item) => ({
            sku: item.sku,
            quantity: item.suggested_quantity,
          }));
          if (lines.length === 0) return;
          const order = { supplier_id: supplierId, lines };
          const { id } = await inventory.call<OrderRecord>("create_purchase_order", order);
          await inventory.call("send_purchase_order", { purchase_order_id: id });
        };
        for (let run = 0; run < 3; run += 1) await orderAll();
        expect(await inventory.all("low_stock")).toEqual([]);
        expect(
          inventory.rows(
            "SELECT 1 FROM inventory_purchase_order WHERE sent_at IS NOT NULL AND EXISTS (SELECT 1 FROM inventory_outbox WHERE purchase_order_id = inventory_purchase_order.id)",
          ),
        ).toHaveLength(1);
      },
    ),
    { numRuns: 15 },
  );
});
