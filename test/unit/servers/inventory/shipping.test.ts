import { expect, test } from "vitest";
import type {
  MovementRecord,
  ReservationRecord,
  ShippedLine,
} from "../../../../servers/inventory/records.ts";
import { addItem, openInventory, openStocked } from "./inventory-harness.ts";

interface Shipment {
  shipment_id: string;
  lines: ShippedLine[];
  cost_of_goods_sold: { minor: number; currency: string }[];
  reservation: ReservationRecord;
}

const eur = (minor: number) => ({ minor, currency: "EUR" });

/** ROPE-12: 10 at 160 in MAIN, then 10 at 200 in QUAY. */
async function openLayered() {
  const { inventory, supplierId } = await openStocked(10);
  await inventory.call("adjust_stock", {
    sku: "ROPE-12",
    location: "QUAY",
    quantity: 10,
    reason: "Found",
    unit_cost: eur(200),
  });
  const reserve = (quantity: number, more: object = {}) =>
    inventory.call<ReservationRecord>("reserve_stock", {
      reference: "DEAL-0031",
      lines: [{ sku: "ROPE-12", quantity }],
      ...more,
    });
  return { inventory, supplierId, reserve };
}

test("a whole shipment writes a movement for each place and costs the oldest layers", async () => {
  const { inventory, reserve } = await openLayered();
  const { reservation_id, picks } = await reserve(15);
  expect(picks).toEqual([
    { sku: "ROPE-12", location: "MAIN", quantity: 10 },
    { sku: "ROPE-12", location: "QUAY", quantity: 5 },
  ]);
  const shipment = await inventory.call<Shipment>("ship_reservation", {
    reservation_id,
    expected_version: 1,
  });
  expect(shipment.cost_of_goods_sold).toEqual([eur(10 * 160 + 5 * 200)]);
  expect(shipment.reservation).toMatchObject({
    status: "shipped",
    reserved_quantity: 0,
    shipped_quantity: 15,
    shipped: [{ sku: "ROPE-12", quantity: 15 }],
    version: 2,
  });
  const movements = await inventory.all<MovementRecord>("list_movements", {
    document_id: shipment.shipment_id,
  });
  expect(movements.map(({ location, quantity, value }) => [location, quantity, value.minor]).sort()).toEqual([
    ["MAIN", -10, -1600],
    ["QUAY", -5, -1000],
  ]);
  expect(movements.every((movement) => movement.reference === "DEAL-0031")).toBe(true);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    on_hand: 5,
    reserved: 0,
    stock_value: { book: eur(1000) },
  });
  expect(await inventory.refusal("ship_reservation", { reservation_id })).toMatchObject({
    code: "STATE_INVALID",
    message: expect.stringContaining("is shipped"),
  });
});

test("the deal, the reservation and the shipment refer to each other", async () => {
  const { inventory, reserve } = await openLayered();
  const { reservation_id } = await reserve(3);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    reservations: [{ links: [{ ref: "DEAL-0031", kind: "reservation", direction: "from" }] }],
  });
  const { shipment_id } = await inventory.call<Shipment>("ship_reservation", { reservation_id });
  const concise = await inventory.call("get_reservation", { reservation_id, response_format: "concise" });
  expect(concise).not.toHaveProperty("picks");
  expect(concise).toHaveProperty("reserved_quantity");
  const found = await inventory.call<{ links: { ref: string }[] }>("get_reservation", { reservation_id });
  expect(found.links.map((link) => link.ref).sort()).toEqual(["DEAL-0031", shipment_id]);
  const deal = await inventory.contextNow().links("DEAL-0031");
  expect(deal.map(({ ref, kind }) => [kind, ref]).sort()).toEqual([
    ["reservation", reservation_id],
    ["shipment", shipment_id],
  ]);
});

test("a part leaves, the rest stays held until it is shipped or released", async () => {
  const { inventory, reserve } = await openLayered();
  const { reservation_id } = await reserve(15);
  const lines = [
    { sku: "rope-12", quantity: 7 },
    { sku: "ROPE-12", quantity: 5 },
  ];
  const part = await inventory.call<Shipment>("ship_reservation", { reservation_id, lines });
  expect(part.lines.map(({ location, quantity }) => [location, quantity])).toEqual([
    ["MAIN", 10],
    ["QUAY", 2],
  ]);
  expect(part.reservation).toMatchObject({ status: "active", reserved_quantity: 3, shipped_quantity: 12 });
  const refusal = await inventory.refusal("ship_reservation", {
    reservation_id,
    lines: [{ sku: "ROPE-12", quantity: 4 }],
  });
  expect(refusal).toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining("holds 3 of ROPE-12; 4 cannot"),
  });
  const released = await inventory.call("release_reservation", { reservation_id, reason: "Enough" });
  expect(released).toMatchObject({ status: "released", reserved_quantity: 0, shipped_quantity: 12 });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ on_hand: 8, available: 8 });
});

test("a stale version ships nothing", async () => {
  const { inventory, reserve } = await openLayered();
  const { reservation_id } = await reserve(5);
  await inventory.call("ship_reservation", { reservation_id, lines: [{ sku: "ROPE-12", quantity: 1 }] });
  const refusal = await inventory.refusal("ship_reservation", { reservation_id, expected_version: 1 });
  expect(refusal).toMatchObject({ code: "CONFLICT", hint: expect.stringContaining('"reserved_quantity":4') });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ on_hand: 19 });
});

test("back-ordered units ship below zero at the item's cost; the receipt bears the difference", async () => {
  const inventory = await openInventory();
  const { id: supplier_id } = await inventory.call<{ id: string }>("upsert_supplier", { name: "S" });
  await addItem(inventory, "SAND", { supplier_id, may_go_negative: true });
  const { reservation_id } = await inventory.call<ReservationRecord>("reserve_stock", {
    reference: "D",
    lines: [{ sku: "SAND", quantity: 4 }],
  });
  const { cost_of_goods_sold } = await inventory.call<Shipment>("ship_reservation", { reservation_id });
  expect(cost_of_goods_sold).toEqual([eur(640)]);
  expect(await inventory.call("get_stock", { sku: "SAND" })).toMatchObject({
    on_hand: -4,
    stock_value: { fifo: eur(-640), moving_average: eur(-640) },
  });
  await inventory.call("upsert_item", { sku: "SAND", unit_cost: eur(200) });
  const { id } = await inventory.call<{ id: string }>("create_purchase_order", {
    supplier_id,
    lines: [{ sku: "SAND", quantity: 10 }],
  });
  await inventory.call("send_purchase_order", { purchase_order_id: id });
  await inventory.call("receive_purchase_order", { purchase_order_id: id, location: "MAIN" });
  expect(await inventory.call("get_stock", { sku: "SAND" })).toMatchObject({
    on_hand: 6,
    stock_value: { fifo: eur(1200), moving_average: eur(1200) },
  });
  const [receipt] = await inventory.all<MovementRecord>("list_movements", {
    kind: ["receipt"],
    response_format: "detailed",
  });
  expect(receipt).toMatchObject({
    fifo_cost: eur(4 * 40),
    moving_average_cost: eur(4 * 40),
    value: eur(2000 - 160),
    on_hand_after: 6,
  });
});

test("the same reservation twice is one, unless two are wanted", async () => {
  const { inventory, reserve } = await openLayered();
  const first = await reserve(5);
  expect(await reserve(5)).toMatchObject({ ...first, duplicate_of: first.reservation_id });
  expect(inventory.changes()).toEqual([]);
  const other = await reserve(6);
  expect(other).not.toHaveProperty("duplicate_of");
  const again = await reserve(5, { allow_duplicate: true });
  expect(again).not.toHaveProperty("duplicate_of");
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ reserved: 16 });
  await inventory.call("release_reservation", { reservation_id: first.reservation_id, reason: "x" });
  await inventory.call("release_reservation", { reservation_id: again.reservation_id, reason: "x" });
  expect(await reserve(5)).not.toHaveProperty("duplicate_of");
});
