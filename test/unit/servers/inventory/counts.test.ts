import { expect, test } from "vitest";
import type { MovementRecord } from "../../../../servers/inventory/records.ts";
import type { CountRecord } from "../../../../servers/inventory/reports.ts";
import { addItem, openStocked } from "./inventory-harness.ts";

async function openCounted() {
  const { inventory } = await openStocked(100);
  await addItem(inventory, "FEND-M", { opening: { location: "MAIN", on_hand: 6 } });
  await addItem(inventory, "SHAC-06", { opening: { location: "MAIN", on_hand: 9 } });
  const input = {
    count_id: "COUNT-2026",
    location: "MAIN",
    lines: [
      { sku: "ROPE-12", counted: 97 },
      { sku: "fend-m", counted: 8 },
      { sku: "SHAC-06", counted: 9 },
    ],
  };
  return { inventory, input };
}

test("a count makes on hand what was counted, by a movement for each difference", async () => {
  const { inventory, input } = await openCounted();
  const count = await inventory.call<CountRecord>("post_count", { ...input, reason: "Yearly" });
  expect(count).toMatchObject({
    count_id: "COUNT-2026",
    line_count: 3,
    adjusted_count: 2,
    value: [{ minor: -3 * 160 + 2 * 160, currency: "EUR" }],
    lines: [
      { sku: "ROPE-12", expected: 100, counted: 97, difference: -3, value: { minor: -480 } },
      { sku: "FEND-M", expected: 6, counted: 8, difference: 2, value: { minor: 320 } },
    ],
  });
  expect(inventory.changes().map((change) => change.table)).toEqual([
    "inventory_movement",
    "inventory_movement",
    "inventory_count",
  ]);
  const movements = await inventory.all<MovementRecord>("list_movements", { document_id: count.id });
  expect(movements).toMatchObject([
    { kind: "count", quantity: 2, reference: "COUNT-2026", reason: "Yearly" },
    { kind: "count", quantity: -3 },
  ]);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ on_hand: 97 });
});

test("the same count again books nothing and tells what was booked then", async () => {
  const { inventory, input } = await openCounted();
  const first = await inventory.call<CountRecord>("post_count", { ...input, response_format: "detailed" });
  expect(first.lines).toHaveLength(3);
  await inventory.call("adjust_stock", { sku: "ROPE-12", location: "MAIN", quantity: -1, reason: "Sold" });
  const lines = [...input.lines].reverse();
  const again = await inventory.call("post_count", { ...input, lines, response_format: "detailed" });
  expect(again).toEqual({ ...first, duplicate_of: first.id });
  expect(inventory.changes()).toEqual([]);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ on_hand: 96 });
});

test.each<[string, object, string, string]>([
  ["other lines", { lines: [{ sku: "ROPE-12", counted: 1 }] }, "CONFLICT", "own count_id"],
  ["another place", { location: "QUAY" }, "CONFLICT", "own count_id"],
  ["an unknown place", { location: "MIAN" }, "NOT_FOUND", "MAIN"],
])("a count_id that was posted is refused for %s", async (_, change, code, hint) => {
  const { inventory, input } = await openCounted();
  await inventory.call("post_count", input);
  expect(await inventory.refusal("post_count", { ...input, ...change })).toMatchObject({
    code,
    hint: expect.stringContaining(hint),
  });
});

test("less than is reserved, or an item twice, books nothing at all", async () => {
  const { inventory, input } = await openCounted();
  await inventory.call("reserve_stock", { reference: "D", lines: [{ sku: "FEND-M", quantity: 5 }] });
  const lines = [
    { sku: "ROPE-12", counted: 1 },
    { sku: "FEND-M", counted: 4 },
  ];
  expect(await inventory.refusal("post_count", { ...input, lines })).toMatchObject({
    code: "STATE_INVALID",
    message: expect.stringContaining("FEND-M 4 counted, 5 reserved"),
    hint: expect.stringContaining("release_reservation"),
  });
  const twice = [
    { sku: "ROPE-12", counted: 1 },
    { sku: "rope-12", counted: 4 },
  ];
  expect(await inventory.refusal("post_count", { ...input, lines: twice })).toMatchObject({
    code: "INPUT_INVALID",
  });
  expect(inventory.rows("SELECT * FROM inventory_movement WHERE kind = 'count'")).toEqual([]);
  expect(inventory.rows("SELECT * FROM inventory_count")).toEqual([]);
});
