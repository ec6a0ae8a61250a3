import { expect, test } from "vitest";
import type { ReservationRecord } from "../../../../servers/inventory/records.ts";
import { addItem, openInventory, openStocked } from "./inventory-harness.ts";

const price = { minor: 300, currency: "EUR" };

test("a deal's lines are held as they are, the same SKU added up", async () => {
  const { inventory } = await openStocked();
  await addItem(inventory, "FEND-M", { opening: { location: "QUAY", on_hand: 6 } });
  const reservation = await inventory.call<ReservationRecord>("reserve_stock", {
    reference: "DEAL-0031",
    lines: [
      { sku: "ROPE-12", description: "Rope", quantity: 10, unit_price: price },
      { sku: "FEND-M", description: "Fender", quantity: 2, unit_price: price },
      { sku: "rope-12", description: "More rope", quantity: 5, unit_price: price },
    ],
  });
  expect(reservation).toMatchObject({
    reference: "DEAL-0031",
    status: "active",
    reserved: [
      { sku: "ROPE-12", quantity: 15 },
      { sku: "FEND-M", quantity: 2 },
    ],
    shortages: [],
    requested_quantity: 17,
    reserved_quantity: 17,
    version: 1,
  });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    on_hand: 100,
    reserved: 15,
    available: 85,
    reservations: [{ reservation_id: reservation.reservation_id, reference: "DEAL-0031", quantity: 15 }],
  });
});

test("all or nothing names every shortage and holds nothing", async () => {
  const { inventory } = await openStocked(8);
  await addItem(inventory, "FEND-M");
  const lines = [
    { sku: "ROPE-12", quantity: 10 },
    { sku: "FEND-M", quantity: 1 },
  ];
  const refusal = await inventory.refusal("reserve_stock", { reference: "D", lines });
  expect(refusal).toMatchObject({
    code: "STATE_INVALID",
    message: "Not enough stock: ROPE-12 8 of 10, FEND-M 0 of 1 available. Nothing was reserved.",
    hint: expect.stringContaining("allow_partial"),
  });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ reserved: 0 });
});

test("a partial reservation holds what there is and lists what is missing", async () => {
  const { inventory } = await openStocked(8);
  await addItem(inventory, "FEND-M");
  const lines = [
    { sku: "ROPE-12", quantity: 10 },
    { sku: "FEND-M", quantity: 1 },
  ];
  expect(await inventory.call("reserve_stock", { reference: "D", allow_partial: true, lines })).toMatchObject(
    {
      status: "active",
      reserved: [{ sku: "ROPE-12", quantity: 8 }],
      shortages: [
        { sku: "ROPE-12", requested: 10, reserved: 8, missing: 2 },
        { sku: "FEND-M", requested: 1, reserved: 0, missing: 1 },
      ],
      requested_quantity: 11,
      reserved_quantity: 8,
    },
  );
  expect(await inventory.call("reserve_stock", { reference: "E", allow_partial: true, lines })).toMatchObject(
    {
      status: "unfilled",
      reserved: [],
      reserved_quantity: 0,
    },
  );
});

test("holds spread over locations, the best stocked first, or stay in the one that is named", async () => {
  const { inventory } = await openStocked(10);
  await inventory.call("adjust_stock", { sku: "ROPE-12", location: "QUAY", quantity: 30, reason: "Found" });
  await inventory.call("reserve_stock", { reference: "D", lines: [{ sku: "ROPE-12", quantity: 35 }] });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    locations: [
      { location: "MAIN", reserved: 5 },
      { location: "QUAY", reserved: 30 },
    ],
  });
  const refusal = await inventory.refusal("reserve_stock", {
    reference: "E",
    location: "MAIN",
    lines: [{ sku: "ROPE-12", quantity: 6 }],
  });
  expect(refusal.message).toContain("ROPE-12 5 of 6");
});

test("an item that may go negative is held in full", async () => {
  const inventory = await openInventory();
  await addItem(inventory, "SAND", { may_go_negative: true });
  const held = await inventory.call("reserve_stock", {
    reference: "D",
    lines: [{ sku: "SAND", quantity: 4 }],
  });
  expect(held).toMatchObject({ status: "active", reserved_quantity: 4, shortages: [] });
  expect(await inventory.call("get_stock", { sku: "SAND" })).toMatchObject({ on_hand: 0, available: -4 });
});

test("a release frees the stock once", async () => {
  const { inventory } = await openStocked();
  const { reservation_id } = await inventory.call<ReservationRecord>("reserve_stock", {
    reference: "D",
    lines: [{ sku: "ROPE-12", quantity: 60 }],
  });
  const stale = { reservation_id, reason: "Lost the deal", expected_version: 2 };
  expect(await inventory.refusal("release_reservation", stale)).toMatchObject({ code: "CONFLICT" });
  const release = { reservation_id, reason: "Lost the deal", expected_version: 1 };
  expect(await inventory.call("release_reservation", release)).toMatchObject({
    status: "released",
    release_reason: "Lost the deal",
    reserved: [],
    requested_quantity: 60,
    reserved_quantity: 0,
    version: 2,
  });
  expect(inventory.changes()).toEqual([{ table: "inventory_reservation", id: reservation_id, version: 2 }]);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    available: 100,
    reservations: [],
  });
  expect(await inventory.refusal("release_reservation", { reservation_id, reason: "Again" })).toMatchObject({
    code: "STATE_INVALID",
  });
  expect(
    await inventory.refusal("release_reservation", { reservation_id: "res_x", reason: "x" }),
  ).toMatchObject({
    code: "NOT_FOUND",
    hint: expect.stringContaining("list_reservations"),
  });
});

test("reservations are found by reference, status and SKU", async () => {
  const { inventory } = await openStocked();
  await addItem(inventory, "FEND-M", { opening: { location: "QUAY", on_hand: 6 } });
  await inventory.call("reserve_stock", { reference: "A", lines: [{ sku: "ROPE-12", quantity: 1 }] });
  await inventory.call("reserve_stock", { reference: "B", lines: [{ sku: "FEND-M", quantity: 1 }] });
  const references = async (args: object) =>
    (await inventory.all<ReservationRecord>("list_reservations", { ...args })).map(
      (found) => found.reference,
    );
  expect((await references({})).sort()).toEqual(["A", "B"]);
  expect(await references({ reference: "A" })).toEqual(["A"]);
  expect(await references({ sku: "fend-m", status: ["active"] })).toEqual(["B"]);
  expect(await references({ status: ["released", "unfilled"] })).toEqual([]);
});
