import { expect, test } from "vitest";
import type { LowStockItem, ReservationRecord } from "../../../../servers/inventory/records.ts";
import { addItem, type Inventory, openStocked } from "./inventory-harness.ts";

const rope = (quantity: number) => [{ sku: "ROPE-12", quantity }];

async function holdUntilNoon(inventory: Inventory, quantity = 60) {
  return await inventory.call<ReservationRecord>("reserve_stock", {
    reference: "DEAL-1",
    lines: rope(quantity),
    expires_at: "2026-11-02T13:00:00+01:00",
  });
}

const statuses = async (inventory: Inventory, status: string) =>
  (await inventory.all<ReservationRecord>("list_reservations", { status: [status] })).map(
    (reservation) => reservation.reservation_id,
  );

test("an expired reservation holds nothing from its instant on, before any write has met it", async () => {
  const { inventory } = await openStocked();
  const { reservation_id } = await holdUntilNoon(inventory);
  inventory.setNow("2026-11-02T11:59:59.999Z");
  const concise = await inventory.call("get_stock", { sku: "ROPE-12", response_format: "concise" });
  for (const part of ["open_orders", "reservations"]) expect(concise).not.toHaveProperty(part);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    reserved: 60,
    reservations: [{ reservation_id, expires_at: "2026-11-02T12:00:00.000Z" }],
  });
  expect(await statuses(inventory, "active")).toEqual([reservation_id]);

  inventory.setNow("2026-11-02T12:00:00Z");
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    reserved: 0,
    available: 100,
    locations: [{ reserved: 0, available: 100 }],
    reservations: [],
  });
  expect(await inventory.call("get_reservation", { reservation_id })).toMatchObject({
    status: "expired",
    reserved: [],
    picks: [],
    reserved_quantity: 0,
    requested_quantity: 60,
    version: 1,
  });
  expect(await statuses(inventory, "active")).toEqual([]);
  expect(await statuses(inventory, "expired")).toEqual([reservation_id]);
  for (const tool of ["ship_reservation", "release_reservation"]) {
    const refusal = await inventory.refusal(tool, {
      reservation_id,
      ...(tool === "release_reservation" && { reason: "x" }),
    });
    expect(refusal).toMatchObject({ code: "STATE_INVALID", hint: expect.stringContaining("reserve_stock") });
  }
});

test("the next write stores the expiry, once, and takes the stock", async () => {
  const { inventory } = await openStocked();
  const first = await holdUntilNoon(inventory);
  inventory.setNow("2026-11-02T12:00:00Z");
  const second = await inventory.call<ReservationRecord>("reserve_stock", {
    reference: "DEAL-2",
    lines: rope(100),
  });
  expect(second.reserved_quantity).toBe(100);
  expect(inventory.changes().map(({ table, id, version }) => [table, id, version])).toEqual([
    ["inventory_reservation", first.reservation_id, 2],
    ["inventory_reservation", second.reservation_id, 1],
    ["link", `DEAL-2 reservation ${second.reservation_id}`, 1],
  ]);
  expect(await statuses(inventory, "expired")).toEqual([first.reservation_id]);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    reserved: 100,
    available: 0,
  });
});

test("what was shipped before the expiry stays shipped, the rest is free", async () => {
  const { inventory } = await openStocked();
  const { reservation_id } = await holdUntilNoon(inventory);
  await inventory.call("ship_reservation", { reservation_id, lines: rope(20) });
  inventory.setNow("2026-11-03T00:00:00Z");
  await inventory.call("adjust_stock", { sku: "ROPE-12", location: "MAIN", quantity: -80, reason: "Sold" });
  expect(await inventory.call("get_reservation", { reservation_id })).toMatchObject({
    status: "expired",
    shipped_quantity: 20,
    reserved_quantity: 0,
  });
});

test("an item leaves low_stock when the reservation that made it low expires", async () => {
  const { inventory, supplierId } = await openStocked();
  await inventory.call("upsert_item", { sku: "ROPE-12", reorder_point: 50 });
  await holdUntilNoon(inventory);
  const low = () => inventory.all<LowStockItem>("low_stock", { supplier_id: supplierId });
  expect(await low()).toMatchObject([{ sku: "ROPE-12", available: 40 }]);
  inventory.setNow("2026-11-02T12:00:00Z");
  expect(await low()).toEqual([]);
});

test("an expiry lies in the future", async () => {
  const { inventory } = await openStocked();
  const input = { reference: "D", lines: rope(1), expires_at: "2026-11-02T08:00:00Z" };
  expect(await inventory.refusal("reserve_stock", input)).toMatchObject({
    code: "INPUT_INVALID",
    hint: expect.stringContaining("2026-11-02T08:00:00.000Z"),
  });
});

test("reservations that expire soon are found", async () => {
  const { inventory } = await openStocked();
  await addItem(inventory, "FEND-M", { opening: { location: "QUAY", on_hand: 6 } });
  await inventory.call("reserve_stock", { reference: "A", lines: [{ sku: "FEND-M", quantity: 1 }] });
  const { reservation_id } = await holdUntilNoon(inventory, 1);
  const soon = (expires_before: string) =>
    inventory.all<ReservationRecord>("list_reservations", { status: ["active"], expires_before });
  expect(await soon("2026-11-02T12:00:00Z")).toMatchObject([{ reservation_id }]);
  expect(await soon("2026-11-02T11:00:00Z")).toEqual([]);
});

test("an item whose expired holds exceed its stock may stop going negative", async () => {
  const { inventory } = await openStocked(0);
  await inventory.call("upsert_item", { sku: "ROPE-12", may_go_negative: true });
  await holdUntilNoon(inventory, 5);
  await inventory.call("reserve_stock", {
    reference: "DEAL-2",
    lines: rope(5),
    expires_at: "2026-11-02T12:00:00Z",
  });
  inventory.setNow("2026-11-02T12:00:00Z");
  await inventory.call("upsert_item", { sku: "ROPE-12", may_go_negative: false });
  await inventory.call("adjust_stock", { sku: "ROPE-12", location: "MAIN", quantity: 1, reason: "Found" });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ reserved: 0, available: 1 });
});
