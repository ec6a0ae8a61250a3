import fc from "fast-check";
import { expect, test } from "vitest";
import type { RollForward, ValuationItem, ValuationTotal } from "../../../../servers/inventory/reports.ts";
import { averageCost, planFifo } from "../../../../servers/inventory/store/costing.ts";
import { propertyRuns, propertyTimeout } from "../../../helpers/property-runs.ts";
import type { Inventory } from "./inventory-harness.ts";
import { openThree, play, step } from "./random-business.ts";

interface Valuation {
  totals: ValuationTotal[];
  items: ValuationItem[];
  roll_forward?: RollForward[];
}

const value = (inventory: Inventory, args: Record<string, unknown> = {}) =>
  inventory.call<Valuation>("valuation", { response_format: "detailed", ...args });

/** FIFO as one would do it by hand: a queue of units, each with its cost. Only for items that stay above zero. */
function queueCosts(movements: readonly Record<string, unknown>[]): number[] {
  const queue: number[] = [];
  return movements.map(({ kind, quantity, unit_cost_minor }) => {
    const units = Number(quantity);
    if (kind === "transfer") return 0;
    if (units < 0) return queue.splice(0, -units).reduce((total, unit) => total + unit, 0);
    for (let unit = 0; unit < units; unit += 1) queue.push(Number(unit_cost_minor));
    return 0;
  });
}

/** Σ layers = valuation in units and in money, and cost + closing = opening + receipts by both methods. */
async function expectSoundValue(inventory: Inventory) {
  const items = inventory.rows(`SELECT item.*,
      (SELECT coalesce(sum(remaining * unit_cost_minor), 0) FROM inventory_cost_layer WHERE item_id = item.id) AS layers,
      (SELECT coalesce(sum(remaining), 0) FROM inventory_cost_layer WHERE item_id = item.id) AS units,
      (SELECT coalesce(sum(received_minor - fifo_cost_minor), 0) FROM inventory_movement WHERE item_id = item.id) AS fifo,
      (SELECT coalesce(sum(received_minor - average_cost_minor), 0) FROM inventory_movement WHERE item_id = item.id) AS average
    FROM inventory_item AS item`);
  const valued = new Map((await value(inventory)).items.map((item) => [item.id, item]));
  for (const item of items) {
    const shown = valued.get(String(item.id));
    expect(item.units).toBe(item.on_hand);
    expect(shown?.on_hand ?? 0).toBe(item.on_hand);
    expect(shown?.fifo_value.minor ?? 0).toBe(item.layers);
    expect(item.fifo).toBe(item.layers);
    expect(shown?.moving_average_value.minor ?? 0).toBe(item.average);
    // no units, no value; and no value of the other sign
    if (item.on_hand === 0) expect([item.layers, item.average]).toEqual([0, 0]);
    else {
      expect(Math.sign(Number(item.average)) * Math.sign(Number(item.on_hand))).not.toBe(-1);
      expect(Math.sign(Number(item.layers)) * Math.sign(Number(item.on_hand))).not.toBe(-1);
    }
    const movements = inventory.rows(
      `SELECT * FROM inventory_movement WHERE item_id = '${item.id}' ORDER BY sequence`,
    );
    if (movements.every((movement) => Number(movement.on_hand_after) >= 0)) {
      // between the two movements of a transfer the queue does not see the units that travel
      expect(movements.map((movement) => movement.fifo_cost_minor)).toEqual(queueCosts(movements));
    }
  }
}

test("layers are the FIFO value, costs are what a queue of units says, and nothing of the value is lost", {
  timeout: propertyTimeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 25, maxLength: 50 }),
      fc.boolean(),
      async (steps, negative) => {
        const { inventory, supplierId } = await openThree(negative);
        await play(inventory, supplierId, steps);
        await expectSoundValue(inventory);
      },
    ),
    propertyRuns(40),
  );
});

test("however many layers an item has, they are its value", { timeout: propertyTimeout }, async () => {
  const arrivals = fc.array(
    fc.record({ quantity: fc.integer({ min: 1, max: 3 }), minor: fc.nat({ max: 999 }) }),
    {
      minLength: 55,
      maxLength: 120,
      size: "max",
    },
  );
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 500, max: 1_000 }), async (arrivals, thousandths) => {
      const { inventory } = await openThree(false);
      const adjust = (args: object) =>
        inventory.call("adjust_stock", { sku: "A", location: "MAIN", reason: "Counted", ...args });
      for (const { quantity, minor } of arrivals) {
        await adjust({ quantity, unit_cost: { minor, currency: "EUR" } });
      }
      const there = arrivals.reduce((total, { quantity }) => total + quantity, 0);
      await adjust({ quantity: -Math.ceil((there * thousandths) / 1_000) });
      await expectSoundValue(inventory);
    }),
    propertyRuns(3),
  );
});

/** The parts of a roll-forward, from the movements themselves. */
function rollForwardByHand(inventory: Inventory, from: string, to: string) {
  const partsBy = (cost: string) => {
    const [parts] = inventory.rows(`SELECT
        coalesce(sum(received_minor - ${cost}) FILTER (WHERE day < '${from}'), 0) AS opening,
        coalesce(sum(received_minor) FILTER (WHERE day >= '${from}'), 0) AS received,
        coalesce(sum(${cost}) FILTER (WHERE day >= '${from}' AND sold), 0) AS sold,
        coalesce(sum(${cost}) FILTER (WHERE day >= '${from}' AND NOT sold), 0) AS adjusted
      FROM (SELECT *, substr(occurred_at, 1, 10) AS day, kind IN ('shipment', 'receipt', 'opening') AS sold
        FROM inventory_movement) WHERE day <= '${to}'`);
    return { ...parts };
  };
  return { fifo: partsBy("fifo_cost_minor"), moving_average: partsBy("average_cost_minor") };
}

test("at every day the value is what the movements until then say, and the roll-forward closes at it", {
  timeout: propertyTimeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 40 }), async (steps) => {
      const { inventory, supplierId } = await openThree(false);
      await play(inventory, supplierId, steps);
      const now = inventory.contextNow().now.toISOString().slice(0, 10);
      for (const as_of of ["2026-11-01", "2026-11-02", "2026-11-07", now]) {
        const from = "2026-11-05" <= as_of ? "2026-11-05" : as_of;
        const { totals, items, roll_forward = [] } = await value(inventory, { as_of, from });
        const [sums] = inventory.rows(`SELECT coalesce(sum(received_minor - fifo_cost_minor), 0) AS fifo,
          coalesce(sum(received_minor - average_cost_minor), 0) AS moving_average
          FROM inventory_movement WHERE substr(occurred_at, 1, 10) <= '${as_of}'`);
        expect(totals[0]?.fifo_value.minor ?? 0).toBe(sums?.fifo);
        expect(totals[0]?.moving_average_value.minor ?? 0).toBe(sums?.moving_average);
        expect(items.reduce((sum, item) => sum + item.book_value.minor, 0)).toBe(
          totals[0]?.book_value.minor ?? 0,
        );
        const parts = rollForwardByHand(inventory, from, as_of);
        if (roll_forward.length === 0) expect(new Set(Object.values(parts.fifo))).toEqual(new Set([0]));
        for (const part of roll_forward) {
          const { opening, received, cost_of_goods_sold, adjustments, closing } = part;
          expect({
            opening: opening.minor,
            received: received.minor,
            sold: cost_of_goods_sold.minor,
            adjusted: adjustments.minor,
          }).toEqual(parts[part.method]);
          expect(closing.minor).toBe(sums?.[part.method]);
          expect(cost_of_goods_sold.minor + adjustments.minor + closing.minor).toBe(
            opening.minor + received.minor,
          );
        }
      }
      expect((await value(inventory, { as_of: now })).totals).toEqual((await value(inventory)).totals);
    }),
    propertyRuns(15),
  );
});

const moves = fc.array(
  fc.record({
    quantity: fc
      .oneof(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -1_000_000, max: 1_000_000 }))
      .filter((quantity) => quantity !== 0),
    unitCostMinor: fc.nat({ max: 1_000_000 }),
    /** Everything leaves, or everything that is owed arrives. */
    isAll: fc.nat({ max: 5 }).map((dice) => dice === 0),
  }),
  { maxLength: 60 },
);

test("both methods keep every minor unit through any sequence, below zero and back", {
  timeout: propertyTimeout,
}, () => {
  fc.assert(
    fc.property(moves, (sequence) => {
      let onHand = 0;
      let average = 0;
      let fifo = 0;
      let layers: { sequence: number; remaining: number; unitCostMinor: number }[] = [];
      for (const [index, { isAll, unitCostMinor, ...planned }] of sequence.entries()) {
        const move = { quantity: isAll && onHand !== 0 ? -onHand : planned.quantity, unitCostMinor };
        const received = Math.max(0, move.quantity) * move.unitCostMinor;
        const cost = averageCost({ onHand, valueMinor: average }, move);
        if (move.quantity < 0 && -move.quantity <= onHand) {
          // never further than half a minor unit from the exact share of the value
          const exact = BigInt(average) * BigInt(-move.quantity);
          const twice = 2n * (BigInt(cost) * BigInt(onHand) - exact);
          expect(twice <= BigInt(onHand) && twice >= -BigInt(onHand)).toBe(true);
        }
        average += received - cost;
        const plan = planFifo(layers, move);
        fifo += received - plan.costMinor;
        for (const use of plan.uses) {
          const layer = layers.find((candidate) => candidate.sequence === use.sequence);
          if (layer === undefined) throw new Error("a use names a layer");
          layer.remaining -= use.quantity;
        }
        if (plan.opened !== 0) {
          layers.push({ sequence: index, remaining: plan.opened, unitCostMinor: move.unitCostMinor });
        }
        layers = layers.filter((layer) => layer.remaining !== 0);
        onHand += move.quantity;
        expect(layers.reduce((total, layer) => total + layer.remaining, 0)).toBe(onHand);
        expect(layers.reduce((total, layer) => total + layer.remaining * layer.unitCostMinor, 0)).toBe(fifo);
        if (onHand === 0) expect([average, fifo]).toEqual([0, 0]);
        expect(average * Math.sign(onHand)).toBeGreaterThanOrEqual(0);
      }
    }),
    propertyRuns(500),
  );
});
