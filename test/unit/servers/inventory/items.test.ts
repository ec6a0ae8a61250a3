import { expect, test } from "vitest";
import type { ItemRecord, SupplierRecord } from "../../../../servers/inventory/records.ts";
import { addItem, openInventory, openStocked } from "./inventory-harness.ts";

test("a new item starts with its opening stock: a movement, and a sent order for what is on order", async () => {
  const { inventory, supplierId } = await openStocked();
  const item = await inventory.call("upsert_item", {
    sku: "FEND-M",
    name: "Fender",
    unit_cost: { minor: 2380, currency: "EUR" },
    supplier_external_id: "S1",
    reorder_point: 10,
    opening: { location: "main", on_hand: 17, on_order: 40 },
  });
  expect(item).toMatchObject({
    created: true,
    version: 1,
    supplier_id: supplierId,
    supplier: { name: "Ropewerk" },
    unit: "piece",
    on_hand: 17,
    available: 17,
    on_order: 40,
    discontinued: false,
  });
  expect(inventory.changes().map((change) => change.table)).toEqual([
    "inventory_movement",
    "inventory_purchase_order",
    "inventory_item",
  ]);
  const orders = await inventory.call<{ items: unknown[] }>("list_purchase_orders", { sku: "FEND-M" });
  expect(orders.items).toMatchObject([
    { ref: "PO-0001", status: "sent", total: { minor: 95_200 }, outstanding: 40 },
  ]);
  expect((await inventory.call<{ items: unknown[] }>("list_outbox")).items).toEqual([]);
});

test("unchanged input changes nothing, changed input bumps the version once", async () => {
  const { inventory } = await openStocked();
  const input = { sku: "rope-12", name: "Item ROPE-12", opening: { location: "MAIN", on_hand: 500 } };
  expect(await inventory.call("upsert_item", input)).toMatchObject({
    created: false,
    version: 1,
    on_hand: 100,
  });
  expect(inventory.changes()).toEqual([]);
  inventory.setNow("2026-11-03T08:00:00Z");
  expect(await inventory.call("upsert_item", { sku: "ROPE-12", reorder_point: 40 })).toMatchObject({
    version: 2,
    reorder_point: 40,
    name: "Item ROPE-12",
    updated_at: "2026-11-03T08:00:00.000Z",
  });
  expect(inventory.changes()).toMatchObject([{ table: "inventory_item", version: 2 }]);
});

test("a stale expected_version is a conflict that shows the current record", async () => {
  const { inventory } = await openStocked();
  await inventory.call("upsert_item", { sku: "ROPE-12", reorder_point: 40, expected_version: 1 });
  const refusal = await inventory.refusal("upsert_item", {
    sku: "ROPE-12",
    reorder_point: 50,
    expected_version: 1,
  });
  expect(refusal).toMatchObject({ code: "CONFLICT", message: "Item ROPE-12 is at version 2, not 1." });
  expect(refusal.hint).toContain('"reorder_point":40');

  const misspelt = { sku: "ROPE-21", name: "Rope", unit_cost: { minor: 1, currency: "EUR" } };
  expect(await inventory.refusal("upsert_item", { ...misspelt, expected_version: 2 })).toMatchObject({
    code: "NOT_FOUND",
    hint: expect.stringContaining("search_items"),
  });
});

test.each([
  [{ sku: "NEW-1" }, "INPUT_INVALID", "name and a unit_cost"],
  [{ sku: "ROPE-12", unit_cost: { minor: 1, currency: "XXZ" } }, "INPUT_INVALID", '"XXZ" is no currency'],
  [{ sku: "ROPE-12", supplier_id: "a", supplier_external_id: "b" }, "INPUT_INVALID", "not both"],
  [{ sku: "ROPE-12", supplier_id: "sup_x" }, "NOT_FOUND", "no supplier"],
  [{ sku: "ROPE-12", supplier_external_id: "nobody" }, "NOT_FOUND", "external_id"],
  [{ sku: "ROPE-12", reorder_point: 50, target_quantity: 50 }, "INPUT_INVALID", "above reorder_point"],
])("refuses %j", async (input, code, message) => {
  const { inventory } = await openStocked();
  const refusal = await inventory.refusal("upsert_item", input);
  expect(refusal.code).toBe(code);
  expect(refusal.message).toContain(message);
  expect(refusal.hint).toBeTruthy();
});

test("opening units on order need a supplier, and a refused item leaves nothing behind", async () => {
  const inventory = await openInventory();
  const unit_cost = { minor: 100, currency: "EUR" };
  const opening = { location: "MAIN", on_hand: 5, on_order: 1 };
  const refusal = await inventory.refusal("upsert_item", { sku: "A", name: "A", unit_cost, opening });
  expect(refusal).toMatchObject({ code: "INPUT_INVALID", hint: expect.stringContaining("on_order") });
  expect(inventory.rows("SELECT 1 FROM inventory_item UNION SELECT 1 FROM inventory_movement")).toEqual([]);
});

test("external ids belong to one item", async () => {
  const inventory = await openInventory();
  await addItem(inventory, "A", { external_id: "7" });
  await addItem(inventory, "B");
  const refusal = await inventory.refusal("upsert_item", { sku: "B", external_id: "7" });
  expect(refusal).toMatchObject({ code: "CONFLICT", message: "external_id 7 belongs to A." });
});

test("an item that is below zero somewhere keeps its permission to be", async () => {
  const inventory = await openInventory();
  await addItem(inventory, "A", { may_go_negative: true });
  await inventory.call("adjust_stock", { sku: "A", location: "MAIN", quantity: -3, reason: "Sold first" });
  const refusal = await inventory.refusal("upsert_item", { sku: "A", may_go_negative: false });
  expect(refusal).toMatchObject({
    code: "STATE_INVALID",
    message: expect.stringContaining("-3 available at MAIN"),
  });
});

test("search finds by part of SKU or name, takes wildcards literally and filters", async () => {
  const { inventory, supplierId } = await openStocked();
  await addItem(inventory, "FEND-S", { name: "Fender 100% rubber" });
  await addItem(inventory, "OLD-1", { discontinued: true });
  const find = async (args: object) =>
    (await inventory.all<ItemRecord>("search_items", { ...args })).map((item) => item.sku);
  expect(await find({ query: "rope" })).toEqual(["ROPE-12"]);
  expect(await find({ query: "0% r" })).toEqual(["FEND-S"]);
  expect(await find({ query: "%" })).toEqual(["FEND-S"]);
  expect(await find({ supplier_id: supplierId })).toEqual(["ROPE-12"]);
  expect(await find({ discontinued: true })).toEqual(["OLD-1"]);
  expect(await find({ discontinued: false })).toEqual(["FEND-S", "ROPE-12"]);
});

test("an unknown SKU is answered with those that begin alike", async () => {
  const { inventory } = await openStocked();
  const refusal = await inventory.refusal("get_stock", { sku: "ROPE-13" });
  expect(refusal).toMatchObject({ code: "NOT_FOUND", hint: expect.stringContaining("ROPE-12") });
});

test("suppliers are added once and changed by id or external id", async () => {
  const { inventory, supplierId } = await openStocked();
  expect(await inventory.call("upsert_supplier", { external_id: "S1", name: "Ropewerk" })).toMatchObject({
    id: supplierId,
    created: false,
    version: 1,
  });
  expect(inventory.changes()).toEqual([]);
  const changed = await inventory.call("upsert_supplier", {
    id: supplierId,
    phone: "1",
    expected_version: 1,
  });
  expect(changed).toMatchObject({ version: 2, phone: "1", email: "orders@ropewerk.example", created: false });
  expect(
    await inventory.refusal("upsert_supplier", { id: supplierId, phone: "2", expected_version: 1 }),
  ).toMatchObject({
    code: "CONFLICT",
  });
  expect(await inventory.refusal("upsert_supplier", { external_id: "S2" })).toMatchObject({
    code: "INPUT_INVALID",
  });
  const twin = await inventory.refusal("upsert_supplier", { name: "Ropewerk" });
  expect(twin).toMatchObject({ code: "CONFLICT", hint: expect.stringContaining(supplierId) });
  await inventory.call("upsert_supplier", { external_id: "S2", name: "Other" });
  expect(await inventory.refusal("upsert_supplier", { id: supplierId, external_id: "S2" })).toMatchObject({
    code: "CONFLICT",
  });
  const found = await inventory.all<SupplierRecord>("search_suppliers", { query: "rope" });
  expect(found.map((supplier) => supplier.name)).toEqual(["Ropewerk"]);
});

test("locations are added, renamed and listed; an unknown one is answered with all codes", async () => {
  const { inventory } = await openStocked();
  expect(await inventory.call("upsert_location", { code: "quay", name: "Quay" })).toMatchObject({
    code: "QUAY",
    name: "Quay",
    version: 2,
    created: false,
  });
  expect(await inventory.call("upsert_location", { code: "QUAY", name: "Quay" })).toMatchObject({
    version: 2,
  });
  expect(inventory.changes()).toEqual([]);
  const { items } = await inventory.call<{ items: { code: string }[] }>("list_locations");
  expect(items.map((location) => location.code)).toEqual(["MAIN", "QUAY"]);
  expect(await inventory.all("list_locations", { limit: 1 })).toEqual(items);
  const adjustment = { sku: "ROPE-12", location: "QAY", quantity: 1, reason: "Found" };
  expect(await inventory.refusal("adjust_stock", adjustment)).toMatchObject({
    code: "NOT_FOUND",
    hint: expect.stringMatching(/Did you mean "QUAY"\?.*MAIN, QUAY/),
  });
});

test("text that the store would give back otherwise is refused, so that a repeated call finds what it wrote", async () => {
  const { inventory, supplierId } = await openStocked();
  for (const broken of ["Rope\0", "Rope \ud800", "Rope\n12"]) {
    for (const [tool, args] of [
      ["upsert_item", { sku: "ROPE-12", name: broken }],
      ["upsert_item", { sku: "ROPE-12", external_id: broken }],
      ["upsert_supplier", { id: supplierId, name: broken }],
      ["upsert_location", { code: "QUAY", name: broken }],
      ["reserve_stock", { reference: broken, lines: [{ sku: "ROPE-12", quantity: 1 }] }],
    ] as const) {
      await expect(inventory.call(tool, args)).rejects.toThrow("must be one line of plain text");
    }
  }
});
