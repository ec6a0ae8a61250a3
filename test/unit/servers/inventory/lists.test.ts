import { expect, test } from "vitest";
import { addItem, openInventory } from "./inventory-harness.ts";

const count = 13;

/** Thirteen of everything, most of it made in the same instant, so that the second sort key matters. */
async function openThirteen() {
  const inventory = await openInventory();
  const { id: supplier_id } = await inventory.call<{ id: string }>("upsert_supplier", {
    name: "S",
    external_id: "0",
  });
  for (let n = 0; n < count; n += 1) {
    const sku = `ITEM-${n}`;
    if (n > 0) await inventory.call("upsert_supplier", { name: "S", external_id: `${n}` });
    await addItem(inventory, sku, {
      supplier_id,
      reorder_point: 5,
      opening: { location: "MAIN", on_hand: 4 },
    });
    await inventory.call("reserve_stock", { reference: `D-${n}`, lines: [{ sku, quantity: 1 }] });
  }
  for (let n = 0; n < count; n += 1) {
    const lines = [{ sku: `ITEM-${n}`, quantity: 1 }];
    const order = await inventory.call("create_purchase_order", { supplier_id, lines });
    await inventory.call("send_purchase_order", { purchase_order_id: order.id });
  }
  return inventory;
}

test("pages show every row once, in the order of the unpaged list", async () => {
  const inventory = await openThirteen();
  const lists = [
    "search_items",
    "search_suppliers",
    "list_movements",
    "list_reservations",
    "low_stock",
    "list_purchase_orders",
    "list_outbox",
  ];
  for (const name of lists) {
    const whole = await inventory.call<{ items: unknown[]; next_cursor?: string }>(name, { limit: 100 });
    expect(whole.items, name).toHaveLength(count);
    expect(whole.next_cursor, name).toBeUndefined();
    for (const limit of [1, 4, 12, 13]) {
      expect(await inventory.all(name, { limit }), `${name}, ${limit} a page`).toEqual(whole.items);
    }
    const refusal = await inventory.refusal(name, { cursor: "bm9uc2Vuc2U" });
    expect(refusal, name).toMatchObject({ code: "INPUT_INVALID", hint: expect.stringContaining("cursor") });
  }
});

test("a row that is added while someone pages shifts nothing", async () => {
  const inventory = await openThirteen();
  type Page = { items: { sku: string }[]; next_cursor?: string };
  const first = await inventory.call<Page>("search_items", { limit: 5 });
  await addItem(inventory, "AAA");
  const second = await inventory.call<Page>("search_items", { limit: 100, cursor: first.next_cursor });
  const shown = [...first.items, ...second.items].map((item) => item.sku);
  expect(new Set(shown).size).toBe(count);
});

test("a filter by several values keeps the order and the pages", async () => {
  const inventory = await openThirteen();
  for (let n = 0; n < 4; n += 1) {
    await inventory.call("adjust_stock", { sku: `ITEM-${n}`, location: "MAIN", quantity: 1, reason: "x" });
    await inventory.call("cancel_purchase_order", { purchase_order_id: `PO-000${n + 2}`, reason: "x" });
  }
  const { items: reserved } = await inventory.call<{ items: { reservation_id: string }[] }>(
    "list_reservations",
    { limit: 3 },
  );
  for (const { reservation_id } of reserved) {
    await inventory.call("release_reservation", { reservation_id, reason: "x" });
  }
  const filters = {
    list_movements: { kind: ["adjustment", "opening", "adjustment"] },
    list_purchase_orders: { status: ["cancelled", "sent"] },
    list_outbox: { status: ["cancelled", "queued"] },
    list_reservations: { status: ["expired", "released", "active"] },
  };
  for (const [name, filter] of Object.entries(filters)) {
    const whole = await inventory.all(name, { limit: 100 });
    for (const limit of [1, 4, 100]) {
      expect(await inventory.all(name, { ...filter, limit }), `${name}, ${limit} a page`).toEqual(whole);
    }
  }
});

test("a cursor of another list is refused", async () => {
  const inventory = await openThirteen();
  const { next_cursor } = await inventory.call<{ next_cursor: string }>("list_reservations", { limit: 1 });
  const refusal = await inventory.refusal("list_movements", { cursor: next_cursor });
  expect(refusal).toMatchObject({ code: "INPUT_INVALID", hint: expect.stringContaining("leave cursor out") });
});

test("items are found by location; concise and detailed differ in what they tell", async () => {
  const inventory = await openThirteen();
  await inventory.call("upsert_location", { code: "QUAY", name: "Quay" });
  await inventory.call("transfer_stock", { sku: "ITEM-7", from: "MAIN", to: "QUAY", quantity: 1 });
  const [concise, ...others] = await inventory.all<object>("search_items", { location: "quay" });
  const [detailed] = await inventory.all("search_items", { location: "QUAY", response_format: "detailed" });
  expect(others).toEqual([]);
  expect(detailed).toMatchObject({ sku: "ITEM-7", costing_method: "fifo", version: 1, on_hand: 4 });
  expect(concise).toHaveProperty("version", 1);
  expect(detailed).toMatchObject({ ...concise });
});

test("detailed outbox pages stay short", async () => {
  const inventory = await openThirteen();
  const page = await inventory.call<{ items: { body?: string }[]; next_cursor?: string }>("list_outbox", {
    response_format: "detailed",
  });
  expect(page.items).toHaveLength(3);
  expect(page.items.every((message) => message.body?.includes("Purchase order") === false)).toBe(true);
  expect(page.items[0]?.body).toContain("ITEM-12");
  expect(page.next_cursor).toBeDefined();
});
