import { expect, test } from "vitest";
import type { MovementRecord } from "../../../../servers/inventory/records.ts";
import type { RollForward, ValuationItem, ValuationTotal } from "../../../../servers/inventory/reports.ts";
import { averageCost, planFifo, proportion } from "../../../../servers/inventory/store/costing.ts";
import { addItem, type Inventory, openInventory, openStocked } from "./inventory-harness.ts";

interface Valuation {
  as_of: string;
  totals: ValuationTotal[];
  items: ValuationItem[];
  roll_forward?: RollForward[];
  next_cursor?: string;
}

const eur = (minor: number) => ({ minor, currency: "EUR" });
const value = (inventory: Inventory, args: Record<string, unknown> = {}) =>
  inventory.call<Valuation>("valuation", args);

test.each([
  [100, 1, 3, 33],
  [200, 1, 3, 67],
  [5, 1, 2, 2],
  [7, 1, 2, 4],
  [-5, 1, 2, -2],
  [99, 3, 3, 99],
  [0, 1, 9, 0],
  [9_007_199_254_740_991, 999_999_999, 1_000_000_000, 9_007_199_245_733_792],
])("%d × %d ÷ %d is %d: half to even", (amount, part, whole, expected) => {
  expect(proportion(amount, part, whole)).toBe(expected);
});

test("moving average leaves the remainder with what stays, and the last unit takes it", () => {
  let state = { onHand: 3, valueMinor: 100 };
  const costs = [1, 2, 3].map(() => {
    const cost = averageCost(state, { quantity: -1, unitCostMinor: 999 });
    state = { onHand: state.onHand - 1, valueMinor: state.valueMinor - cost };
    return cost;
  });
  expect(costs).toEqual([33, 34, 33]);
  expect(state).toEqual({ onHand: 0, valueMinor: 0 });
});

test("FIFO takes from the oldest layers and owes what is not there", () => {
  const layers = [
    { sequence: 1, remaining: 2, unitCostMinor: 10 },
    { sequence: 5, remaining: 3, unitCostMinor: 20 },
  ];
  expect(planFifo(layers, { quantity: -3, unitCostMinor: 99 })).toEqual({
    costMinor: 40,
    uses: [
      { sequence: 1, quantity: 2 },
      { sequence: 5, quantity: 1 },
    ],
    opened: 0,
  });
  expect(planFifo(layers, { quantity: -7, unitCostMinor: 99 })).toMatchObject({ costMinor: 278, opened: -2 });
  const owed = [{ sequence: 7, remaining: -2, unitCostMinor: 99 }];
  expect(planFifo(owed, { quantity: 5, unitCostMinor: 100 })).toEqual({
    costMinor: 2,
    uses: [{ sequence: 7, quantity: -2 }],
    opened: 3,
  });
});

/** 10 at 160 on 2 November, 10 more at 200 on the 5th, 15 shipped on the 8th, 1 lost on the 9th. */
async function openYear(costing_method: string) {
  const { inventory, supplierId } = await openStocked(0);
  await addItem(inventory, "A", {
    costing_method,
    supplier_id: supplierId,
    opening: { location: "MAIN", on_hand: 10 },
  });
  inventory.setNow("2026-11-05T10:00:00Z");
  await inventory.call("upsert_item", { sku: "A", unit_cost: eur(200) });
  const { id } = await inventory.call<{ id: string }>("create_purchase_order", {
    supplier_id: supplierId,
    lines: [{ sku: "A", quantity: 10 }],
  });
  await inventory.call("send_purchase_order", { purchase_order_id: id });
  await inventory.call("receive_purchase_order", { purchase_order_id: id, location: "QUAY" });
  inventory.setNow("2026-11-08T23:59:59.999Z");
  const { reservation_id } = await inventory.call<{ reservation_id: string }>("reserve_stock", {
    reference: "D",
    lines: [{ sku: "A", quantity: 15 }],
  });
  const shipment = await inventory.call("ship_reservation", { reservation_id });
  inventory.setNow("2026-11-09T10:00:00Z");
  const lines = [{ sku: "A", counted: 4 }];
  await inventory.call("post_count", { count_id: "C", location: "QUAY", lines });
  return { inventory, supplierId, shipment };
}

test.each([
  ["fifo", 10 * 160 + 5 * 200, 800],
  ["moving_average", 15 * 180, 720],
])("cost of goods sold and value by %s", async (method, sold, left) => {
  const { inventory, shipment } = await openYear(method);
  expect(shipment.cost_of_goods_sold).toEqual([eur(sold)]);
  const now = await value(inventory, { response_format: "detailed" });
  expect(now).toEqual({
    as_of: "2026-11-09T10:00:00.000Z",
    totals: [
      {
        currency: "EUR",
        item_count: 1,
        fifo_value: eur(800),
        moving_average_value: eur(720),
        book_value: eur(left),
      },
    ],
    items: [
      expect.objectContaining({
        sku: "A",
        on_hand: 4,
        fifo_value: eur(800),
        moving_average_value: eur(720),
        book_value: eur(left),
      }),
    ],
  });
});

test("a past day is valued as it ended", async () => {
  const { inventory } = await openYear("fifo");
  const at = async (as_of: string) =>
    (await value(inventory, { as_of })).totals.map((total) => [
      total.fifo_value.minor,
      total.moving_average_value.minor,
    ]);
  expect(await at("2026-11-01")).toEqual([]);
  expect(await at("2026-11-02")).toEqual([[1600, 1600]]);
  expect(await at("2026-11-05")).toEqual([[3600, 3600]]);
  expect(await at("2026-11-07")).toEqual([[3600, 3600]]);
  expect(await at("2026-11-08")).toEqual([[1000, 900]]);
  expect(await at("2026-11-09")).toEqual([[800, 720]]);
  expect((await value(inventory, { as_of: "2026-11-05" })).items).toEqual([]);
});

test("the roll-forward leads from the opening to the closing value", async () => {
  const { inventory } = await openYear("fifo");
  const { roll_forward } = await value(inventory, { from: "2026-11-05", as_of: "2026-11-09" });
  expect(roll_forward).toEqual([
    {
      method: "fifo",
      currency: "EUR",
      opening: eur(1600),
      received: eur(2000),
      cost_of_goods_sold: eur(2600),
      adjustments: eur(200),
      closing: eur(800),
    },
    {
      method: "moving_average",
      currency: "EUR",
      opening: eur(1600),
      received: eur(2000),
      cost_of_goods_sold: eur(2700),
      adjustments: eur(180),
      closing: eur(720),
    },
  ]);
  expect(await inventory.refusal("valuation", { from: "2026-11-05", sku: "A" })).toMatchObject({
    code: "INPUT_INVALID",
    hint: expect.stringContaining("list_movements"),
  });
  expect((await inventory.refusal("valuation", { from: "2026-11-05", as_of: "2026-11-04" })).code).toBe(
    "INPUT_INVALID",
  );
});

test("values are filtered, paged and never added over currencies", async () => {
  const inventory = await openInventory();
  const { id: supplier_id } = await inventory.call<{ id: string }>("upsert_supplier", { name: "S" });
  const opening = { location: "MAIN", on_hand: 2 };
  await addItem(inventory, "A", { opening, supplier_id });
  await addItem(inventory, "B", { opening, unit_cost: { minor: 500, currency: "USD" } });
  await addItem(inventory, "C", { opening });
  await addItem(inventory, "EMPTY");
  expect((await value(inventory)).totals).toMatchObject([
    { currency: "EUR", item_count: 2, book_value: eur(640) },
    { currency: "USD", item_count: 1, book_value: { minor: 1000, currency: "USD" } },
  ]);
  expect((await value(inventory, { supplier_id })).totals).toMatchObject([{ book_value: eur(320) }]);
  expect((await value(inventory, { sku: "b" })).totals).toMatchObject([{ book_value: { minor: 1000 } }]);
  expect(await value(inventory, { sku: "EMPTY" })).toMatchObject({ totals: [], items: [] });
  const items = await inventory.all<ValuationItem>("valuation", { response_format: "detailed", limit: 1 });
  expect(items.map((item) => item.sku)).toEqual(["A", "B", "C"]);
  expect((await inventory.refusal("valuation", { supplier_id: "sup_x" })).code).toBe("NOT_FOUND");
});

test("the books of an item keep their currency and method", async () => {
  const { inventory, supplierId } = await openStocked(1);
  const usd = { minor: 1, currency: "USD" };
  for (const change of [{ unit_cost: usd }, { costing_method: "moving_average" }]) {
    const refusal = await inventory.refusal("upsert_item", { sku: "ROPE-12", ...change });
    expect(refusal).toMatchObject({
      code: "STATE_INVALID",
      message: expect.stringContaining("has movements"),
    });
  }
  await addItem(inventory, "NEW", { supplier_id: supplierId });
  await inventory.call("upsert_item", { sku: "NEW", unit_cost: usd, costing_method: "moving_average" });
  await inventory.call("create_purchase_order", {
    supplier_id: supplierId,
    lines: [{ sku: "NEW", quantity: 1 }],
  });
  expect(await inventory.refusal("upsert_item", { sku: "NEW", unit_cost: eur(1) })).toMatchObject({
    message: expect.stringContaining("on order"),
  });
});

test("what is found may be valued by the one who found it, in the item's currency", async () => {
  const { inventory } = await openStocked(1);
  const found = { sku: "ROPE-12", location: "MAIN", quantity: 2, reason: "Found" };
  expect(await inventory.call("adjust_stock", { ...found, unit_cost: eur(7) })).toMatchObject({
    value: eur(14),
  });
  expect(await inventory.call("adjust_stock", { ...found, quantity: -2 })).toMatchObject({
    value: eur(-167),
  });
  for (const wrong of [{ unit_cost: { minor: 7, currency: "USD" } }, { quantity: -1, unit_cost: eur(7) }]) {
    expect((await inventory.refusal("adjust_stock", { ...found, ...wrong })).code).toBe("INPUT_INVALID");
  }
});

test("amounts beyond what a number holds are refused, not rounded", async () => {
  const inventory = await openInventory();
  await addItem(inventory, "GOLD", { unit_cost: eur(1e12) });
  const found = { sku: "GOLD", location: "MAIN", reason: "Found" };
  expect((await inventory.refusal("adjust_stock", { ...found, quantity: 1e9 })).code).toBe("INPUT_INVALID");
  await inventory.call("adjust_stock", { ...found, quantity: 9000 });
  expect((await inventory.refusal("adjust_stock", { ...found, quantity: 9 })).code).toBe("INPUT_INVALID");
  expect((await value(inventory)).totals).toMatchObject([{ book_value: eur(9e15) }]);
});

test("a clock that was set back does not reorder an item's ledger", async () => {
  const { inventory } = await openStocked(5);
  inventory.setNow("2026-11-01T08:00:00Z");
  await inventory.call("adjust_stock", { sku: "ROPE-12", location: "MAIN", quantity: 1, reason: "Found" });
  const [last] = await inventory.all<MovementRecord>("list_movements", { sku: "ROPE-12" });
  expect(last).toMatchObject({ quantity: 1, occurred_at: "2026-11-02T08:00:00.000Z" });
});

test.each([
  ["UPDATE inventory_cost_layer SET remaining = remaining + 1", "only ever used up"],
  ["UPDATE inventory_cost_layer SET unit_cost_minor = 1", "only ever used up"],
  ["DELETE FROM inventory_cost_layer", "only ever used up"],
  [
    `INSERT INTO inventory_movement SELECT 9, 'm', item_id, location_id, 1, kind, reason, reference, document_id,
      currency, 1, 1, 0, 0, 6, fifo_value_after, average_value_after, occurred_at FROM inventory_movement`,
    "adds up",
  ],
])("the store refuses %s", async (statement, message) => {
  const { inventory } = await openStocked(5);
  expect(() => inventory.database.exec(statement)).toThrow(message);
});
