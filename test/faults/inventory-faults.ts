import type { Edit, Fault } from "./fault.ts";

const store = "servers/inventory/store";
const tables = "servers/inventory/migrations/0001";
const tests = "test/unit/servers/inventory";
const levels = { file: `${tests}/ledger-properties.test.ts`, name: "levels are what the ledger says" };
const transfers = { file: `${tests}/ledger-properties.test.ts`, name: "a transfer moves its units" };
const layers = { file: `${tests}/cost-properties.test.ts`, name: "layers are the FIFO value" };
const manyLayers = { file: `${tests}/cost-properties.test.ts`, name: "however many layers" };
const bothMethods = { file: `${tests}/cost-properties.test.ts`, name: "keep every minor unit" };
const rollForward = { file: `${tests}/cost-properties.test.ts`, name: "the roll-forward closes at it" };
const reordering = { file: `${tests}/ledger-properties.test.ts`, name: "no second order is made" };
const parallel = { file: `${tests}/parallel-reservations.test.ts` };
const manyProcesses = { file: "test/e2e/many-processes.test.ts" };

/** No trigger compares what is promised with what is there. */
const unguarded: readonly Edit[] = ["insert AFTER INSERT", "update AFTER UPDATE"].map((guard) => ({
  file: `${tables}/ledger.ts`,
  find: `CREATE TRIGGER inventory_level_guard_${guard} ON inventory_level\nWHEN NEW.on_hand`,
  put: `CREATE TRIGGER inventory_level_guard_${guard} ON inventory_level\nWHEN 0 AND NEW.on_hand`,
}));

/** Holds are planned from what is on hand, as if nothing had been promised yet. */
const promisedTwice: readonly Edit[] = [
  ...unguarded,
  {
    file: `${store}/hold-plan.ts`,
    find: "Math.min(left, level.available)",
    put: "Math.min(left, level.on_hand)",
  },
];

export const inventoryFaults: readonly Fault[] = [
  {
    invariant: 8,
    broken: "a movement sets the level of its location instead of adding to it",
    edits: [
      ...unguarded,
      {
        file: `${tables}/ledger.ts`,
        find: "DO UPDATE SET on_hand = on_hand + excluded.on_hand;",
        put: "DO UPDATE SET on_hand = excluded.on_hand;",
      },
    ],
    foundBy: levels,
  },
  {
    invariant: 8,
    broken: "what arrives by a transfer is added to the item once more",
    edits: [
      {
        file: `${tables}/ledger.ts`,
        find: "  SET on_hand = NEW.on_hand_after,",
        put: "  SET on_hand = NEW.on_hand_after + CASE WHEN NEW.kind = 'transfer' AND NEW.quantity > 0 THEN 1 ELSE 0 END,",
      },
    ],
    foundBy: levels,
  },
  {
    invariant: 9,
    broken: "units leave that are promised: on hand is compared instead of available",
    edits: [
      ...unguarded,
      {
        file: `${store}/movements.ts`,
        find: "if (level.available >= wanted) return;",
        put: "if (level.on_hand >= wanted) return;",
      },
    ],
    foundBy: levels,
  },
  {
    invariant: 9,
    broken: "a released reservation goes on holding its units",
    edits: [
      {
        file: `${store}/reservations.ts`,
        find: '    .set({ held: 0 })\n    .where("reservation_id", "=", id)',
        put: '    .set({ held: 0 })\n    .where("reservation_id", "=", "")',
      },
    ],
    foundBy: levels,
  },
  {
    invariant: 9,
    broken: "a shipment leaves what it shipped on hold",
    edits: [
      ...unguarded,
      { file: `${store}/ship.ts`, find: '      held: column("held", "-", quantity),\n', put: "" },
      {
        file: `${tables}/reservations.ts`,
        find: "  CHECK (held + shipped <= quantity)\n",
        put: "  CHECK (quantity > 0)\n",
      },
      {
        file: `${store}/movements.ts`,
        find: "if (level.available >= wanted) return;",
        put: "if (level.on_hand >= wanted) return;",
      },
    ],
    foundBy: levels,
  },
  {
    invariant: 10,
    broken: "holds are planned from what is on hand, as if nothing had been promised yet",
    edits: promisedTwice,
    foundBy: parallel,
  },
  {
    invariant: 10,
    broken: "each connection remembers what it last saw available, and takes its own holds off that",
    edits: [
      ...unguarded,
      {
        file: `${store}/hold-plan.ts`,
        find: "  const levels = (await readLevels(call, item.id)).filter(",
        put: "  const seen = remembered.get(call.db) ?? new Map();\n  remembered.set(call.db, seen);\n  if (!seen.has(item.id)) seen.set(item.id, await readLevels(call, item.id));\n  const levels = seen.get(item.id).filter(",
      },
      {
        file: `${store}/hold-plan.ts`,
        find: "    left -= Math.max(0, take);\n",
        put: "    left -= Math.max(0, take);\n    level.available -= Math.max(0, take);\n",
      },
      {
        file: `${store}/hold-plan.ts`,
        find: "async function firstLocation",
        put: "const remembered = new WeakMap();\n\nasync function firstLocation",
      },
    ],
    foundBy: parallel,
  },
  {
    invariant: 10,
    broken: "units that are promised are promised again, seen by four processes that are killed",
    edits: promisedTwice,
    foundBy: manyProcesses,
  },
  {
    invariant: 11,
    broken: "the newest layer is used up first",
    edits: [
      {
        file: `${store}/cost-layers.ts`,
        find: "return planFifo(isWithLayers ? await readLayers(call, item.id, Math.abs(move.quantity)) : [], move);",
        put: "return planFifo(isWithLayers ? (await readLayers(call, item.id, Infinity)).reverse() : [], move);",
      },
    ],
    foundBy: layers,
  },
  {
    invariant: 11,
    broken: "units that settle a debt cost what they cost, not the difference to what was assumed",
    edits: [
      {
        file: `${store}/costing.ts`,
        find: "move.unitCostMinor - layer.unitCostMinor",
        put: "move.unitCostMinor",
      },
    ],
    foundBy: layers,
  },
  {
    invariant: 11,
    broken: "a layer is opened at the item's cost, whatever its units came in at",
    edits: [
      {
        file: `${store}/movements.ts`,
        find: "await storeFifoPlan(call, costs.fifo, { sequence, itemId: item.id, unitCostMinor });",
        put: "await storeFifoPlan(call, costs.fifo, { sequence, itemId: item.id, unitCostMinor: item.unit_cost.minor });",
      },
    ],
    foundBy: layers,
  },
  {
    invariant: 11,
    broken: "a movement reads the first fifty layers and no more",
    edits: [{ file: `${store}/cost-layers.ts`, find: "if (rows.length < batch) break;", put: "break;" }],
    foundBy: manyLayers,
  },
  {
    invariant: 12,
    broken: "counts are left out of the costs of their day",
    edits: [
      {
        file: `${tables}/costs.ts`,
        find: "WHEN NEW.kind <> 'transfer'",
        put: "WHEN NEW.kind NOT IN ('transfer', 'count')",
      },
    ],
    foundBy: rollForward,
  },
  {
    invariant: 12,
    broken: "the first day of the period is counted to its opening",
    edits: [
      { file: `${store}/roll-forward.ts`, find: '"day", "<", period.from', put: '"day", "<=", period.from' },
    ],
    foundBy: rollForward,
  },
  {
    invariant: 12,
    broken: "what counts took away is told as cost of goods sold",
    edits: [
      {
        file: `${store}/roll-forward.ts`,
        find: 'kind === "receipt" || kind === "opening"',
        put: 'kind === "receipt" || kind === "opening" || kind === "count"',
      },
    ],
    foundBy: rollForward,
  },
  {
    invariant: 12,
    broken: "the moving average is rounded to a whole unit cost, so that the last unit leaves a rest behind",
    edits: [
      {
        file: `${store}/costing.ts`,
        find: "const taken = there === 0 ? 0 : proportion(valueMinor, there, onHand);",
        put: "const taken = there === 0 ? 0 : there * proportion(valueMinor, 1, onHand);",
      },
    ],
    foundBy: bothMethods,
  },
  {
    invariant: 13,
    broken: "a transfer re-values its units at the item's unit cost",
    edits: [
      { file: `${store}/movements.ts`, find: 'if (kind === "transfer") {', put: "if (quantity === 0) {" },
      {
        file: `${tables}/ledger.ts`,
        find: "  CHECK (kind <> 'transfer' OR (received_minor = 0 AND fifo_cost_minor = 0 AND average_cost_minor = 0))\n",
        put: "  CHECK (quantity <> 0)\n",
      },
    ],
    foundBy: transfers,
  },
  {
    invariant: 13,
    broken: "a transfer puts its units back where they came from",
    edits: [
      {
        file: "servers/inventory/tools/transfer-stock.ts",
        find: "location: target, quantity });",
        put: "location: source, quantity });",
      },
    ],
    foundBy: transfers,
  },
  {
    invariant: 14,
    broken: "neither what is low nor how much of it to order counts what is on order",
    edits: [
      {
        file: `${store}/reorder.ts`,
        find: "item.on_hand - item.reserved + item.on_order`)\n    .where(sql<boolean>`${available} + item.on_order <= item.reorder_point`)",
        put: "item.on_hand - item.reserved`)\n    .where(sql<boolean>`${available} <= item.reorder_point`)",
      },
      {
        file: `${store}/reorder.ts`,
        find: "target - item.available - item.on_order",
        put: "target - item.available",
      },
    ],
    foundBy: reordering,
  },
  {
    invariant: 14,
    broken: "a draft does not count as on order, and sending it does not make it count",
    edits: [
      {
        file: `${store}/purchase-orders.ts`,
        find: "    outstanding: quantity,\n",
        put: '    outstanding: order.status === "sent" ? quantity : 0,\n',
      },
    ],
    foundBy: reordering,
  },
];
