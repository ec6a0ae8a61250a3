import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  ItemRecord,
  LevelRecord,
  LowStockItem,
  OrderRecord,
  ReservationRecord,
} from "../../../../servers/inventory/records.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { propertyRuns, propertyTimeout } from "../../../helpers/property-runs.ts";
import { addItem } from "./inventory-harness.ts";
import { openThree, place, places, play, step, units } from "./random-business.ts";
import {
  expectNoneOverpromised,
  expectSoundOrders,
  expectSoundShipments,
  expectSoundStock,
} from "./sound-stock.ts";

test("whatever happens, levels are what the ledger says and nothing is promised twice", {
  timeout: propertyTimeout,
}, async () => {
  const made: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 25, maxLength: 50 }),
      fc.boolean(),
      async (steps, negative) => {
        const { inventory, supplierId } = await openThree(negative);
        const played = await play(inventory, supplierId, steps, () => expectNoneOverpromised(inventory));
        for (const [tool, calls] of Object.entries(played)) {
          made[tool] = (made[tool] ?? 0) + calls;
        }
        await expectSoundStock(inventory);
        expectSoundOrders(inventory);
        expectSoundShipments(inventory);
      },
    ),
    propertyRuns(40),
  );
  for (const tool of ["ship_reservation", "post_count", "transfer_stock", "receive_purchase_order"]) {
    expect(made[tool], tool).toBeGreaterThan(0);
  }
});

test("a transfer moves its units and changes no total and no value", {
  timeout: propertyTimeout,
}, async () => {
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
        const unitsAt = async (code: string) => {
          const { locations } = await inventory.call<ItemRecord & { locations: LevelRecord[] }>("get_stock", {
            sku: "A",
          });
          return locations.find(({ location }) => location === code)?.on_hand ?? 0;
        };
        const before = await read();
        const beforeAt = { from: await unitsAt(from), to: await unitsAt(to) };
        const refused = await inventory
          .call("transfer_stock", { sku: "A", from, to, quantity })
          .then(() => false)
          .catch((error: unknown) => error instanceof RingmainError);
        const onHand = batches.reduce((total, { quantity }) => total + quantity, 0);
        expect(refused).toBe(from === to || quantity > onHand);
        expect(before.on_hand).toBe(onHand);
        expect(await read()).toEqual(before);
        const moved = refused ? 0 : quantity;
        expect(await unitsAt(from)).toBe(beforeAt.from - moved);
        expect(await unitsAt(to)).toBe(beforeAt.to + moved);
      },
    ),
    propertyRuns(15),
  );
});

test("reservations take what is available and not one unit more", { timeout: propertyTimeout }, async () => {
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
    propertyRuns(15),
  );
});

test("ordering what is low leaves nothing low, so that no second order is made", {
  timeout: propertyTimeout,
}, async () => {
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
    propertyRuns(15),
  );
});
