import { expect, test } from "vitest";
import type { MovementRecord } from "../../../../servers/inventory/records.ts";
import { addItem, openInventory, openStocked } from "./inventory-harness.ts";

test("an adjustment is a movement with its reason, and returns the level after it", async () => {
  const { inventory } = await openStocked();
  const adjusted = await inventory.call("adjust_stock", {
    sku: "rope-12",
    location: "MAIN",
    quantity: -30,
    reason: "Cut off, damaged",
    reference: "CLAIM-1",
  });
  expect(adjusted).toMatchObject({ sku: "ROPE-12", level: { location: "MAIN", on_hand: 70, available: 70 } });
  expect(inventory.changes()).toEqual([
    { table: "inventory_movement", id: adjusted.movement_id, version: 1 },
  ]);
  const [movement] = await inventory.all<MovementRecord>("list_movements", { reference: "CLAIM-1" });
  expect(movement).toMatchObject({
    quantity: -30,
    kind: "adjustment",
    reason: "Cut off, damaged",
    location: "MAIN",
  });
});

test("no more can leave than is available", async () => {
  const { inventory } = await openStocked();
  await inventory.call("reserve_stock", { reference: "D-1", lines: [{ sku: "ROPE-12", quantity: 60 }] });
  const refusal = await inventory.refusal("adjust_stock", {
    sku: "ROPE-12",
    location: "MAIN",
    quantity: -41,
    reason: "Lost",
  });
  expect(refusal).toMatchObject({
    code: "STATE_INVALID",
    message: "ROPE-12 has 40 available at MAIN (100 on hand, 60 reserved); 41 cannot leave.",
    hint: expect.stringContaining("release_reservation"),
  });
  expect(inventory.rows("SELECT * FROM inventory_movement")).toHaveLength(1);
});

test("an item that may go negative does", async () => {
  const inventory = await openInventory();
  await addItem(inventory, "SAND", { may_go_negative: true });
  const adjusted = await inventory.call("adjust_stock", {
    sku: "SAND",
    location: "MAIN",
    quantity: -5,
    reason: "Sold",
  });
  expect(adjusted).toMatchObject({ level: { on_hand: -5, available: -5 } });
});

test("a transfer writes two movements and leaves the total as it was", async () => {
  const { inventory } = await openStocked();
  const transfer = await inventory.call("transfer_stock", {
    sku: "ROPE-12",
    from: "MAIN",
    to: "QUAY",
    quantity: 25,
  });
  expect(transfer).toMatchObject({
    from: { location: "MAIN", on_hand: 75 },
    to: { location: "QUAY", on_hand: 25 },
  });
  const moved = await inventory.all<MovementRecord>("list_movements", { kind: ["transfer"] });
  expect(moved.map((movement) => movement.quantity).sort()).toEqual([-25, 25]);
  expect(moved.every((movement) => movement.document_id === transfer.transfer_id)).toBe(true);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    on_hand: 100,
    locations: [
      { location: "MAIN", on_hand: 75 },
      { location: "QUAY", on_hand: 25 },
    ],
  });
  const same = await inventory.refusal("transfer_stock", {
    sku: "ROPE-12",
    from: "QUAY",
    to: "quay",
    quantity: 1,
  });
  expect(same.code).toBe("INPUT_INVALID");
  const toomuch = await inventory.refusal("transfer_stock", {
    sku: "ROPE-12",
    from: "QUAY",
    to: "MAIN",
    quantity: 26,
  });
  expect(toomuch).toMatchObject({ code: "STATE_INVALID", hint: expect.stringContaining("get_stock") });
});

test.each([
  "UPDATE inventory_movement SET quantity = 1",
  "DELETE FROM inventory_movement",
  "INSERT OR REPLACE INTO inventory_movement SELECT * FROM inventory_movement",
])("movements are immutable: %s", async (statement) => {
  const { inventory } = await openStocked();
  expect(() => inventory.database.exec(statement)).toThrow("append-only");
});

test("the store itself refuses negative available stock", async () => {
  const { inventory } = await openStocked(10);
  const insert = `INSERT INTO inventory_movement SELECT 2, 'm2', item_id, location_id, -11, kind, reason, reference,
    document_id, currency, NULL, 0, 0, 0, -1, fifo_value_after, average_value_after, occurred_at
    FROM inventory_movement`;
  expect(() => inventory.database.exec(insert)).toThrow("available stock would be negative");
});

test("movements are filtered by item, place, kind and day", async () => {
  const { inventory } = await openStocked();
  await addItem(inventory, "FEND-S", { opening: { location: "QUAY", on_hand: 3 } });
  inventory.setNow("2026-11-05T23:59:59.999Z");
  await inventory.call("adjust_stock", { sku: "ROPE-12", location: "QUAY", quantity: 2, reason: "Found" });
  const quantities = async (args: object) =>
    (await inventory.all<MovementRecord>("list_movements", { ...args })).map((movement) => movement.quantity);
  expect(await quantities({ sku: "rope-12" })).toEqual([2, 100]);
  expect(await quantities({ location: "quay" })).toEqual([2, 3]);
  expect(await quantities({ kind: ["opening"] })).toEqual([3, 100]);
  expect(await quantities({ from: "2026-11-05", to: "2026-11-05" })).toEqual([2]);
  expect(await quantities({ to: "2026-11-04" })).toEqual([3, 100]);
  expect(await inventory.refusal("list_movements", { sku: "NOPE" })).toMatchObject({ code: "NOT_FOUND" });
});
