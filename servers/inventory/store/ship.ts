import { RingmainError } from "../../../src/core/errors.ts";
import type { Money } from "../../../src/kit/fields.ts";
import type { ItemRecord, ReservationRecord, ShippedLine } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { wholeMinor } from "./costing.ts";
import { requireItem, requireItems } from "./items.ts";
import { requireLocation } from "./locations.ts";
import { recordMovement } from "./movements.ts";
import { linkReference } from "./references.ts";
import { requireActive, requireReservation } from "./reservations.ts";

export interface ShipInput {
  reservation_id: string;
  lines?: readonly { sku: string; quantity: number }[] | undefined;
  expected_version?: number | undefined;
}

export interface Shipment {
  shipment_id: string;
  lines: ShippedLine[];
  cost_of_goods_sold: Money[];
  reservation: ReservationRecord;
}

/**
 * Ships what a reservation holds, all of it or the lines given: a movement out for each item and location, under the
 * reservation's reference. The reservation is `shipped` once it holds nothing more. Throws STATE_INVALID when it is
 * not active, INPUT_INVALID when more is asked for than it holds.
 */
export async function shipReservation(call: InventoryContext, input: ShipInput): Promise<Shipment> {
  const reservation = await requireActive(call, input, "shipped");
  const picks =
    input.lines === undefined ? heldPicks(reservation) : await choosePicks(call, reservation, input.lines);
  const shipmentId = call.newId("shp");
  const lines: ShippedLine[] = [];
  for (const pick of picks) lines.push(await shipPick(call, { reservation, shipmentId, ...pick }));
  const left = reservation.reserved_quantity - picks.reduce((total, { quantity }) => total + quantity, 0);
  const version = reservation.version + 1;
  await call.db
    .updateTable("inventory_reservation")
    .set({ status: left === 0 ? "shipped" : "active", version, updated_at: call.now.toISOString() })
    .where("id", "=", reservation.reservation_id)
    .execute();
  call.changed("inventory_reservation", reservation.reservation_id, version);
  await call.link(reservation.reservation_id, shipmentId, "shipment");
  await linkReference(call, reservation.reference, shipmentId, "shipment");
  return {
    shipment_id: shipmentId,
    lines,
    cost_of_goods_sold: addUpCosts(lines),
    reservation: await requireReservation(call, reservation.reservation_id),
  };
}

/** Units of one item that a reservation holds at one location. */
interface Pick {
  sku: string;
  location: string;
  quantity: number;
}

function heldPicks(reservation: ReservationRecord): readonly Pick[] {
  return reservation.picks ?? [];
}

/** Takes the units asked for from the holds, locations by code. */
async function choosePicks(
  call: InventoryContext,
  reservation: ReservationRecord,
  lines: readonly { sku: string; quantity: number }[],
): Promise<Pick[]> {
  const items = await requireItems(
    call,
    lines.map((line) => line.sku),
  );
  const left = heldPicks(reservation).map((pick) => ({ ...pick, taken: 0 }));
  for (const [index, item] of items.entries()) {
    let wanted = lines[index]?.quantity ?? 0;
    for (const pick of left.filter((candidate) => candidate.sku === item.sku)) {
      const take = Math.min(wanted, pick.quantity - pick.taken);
      pick.taken += take;
      wanted -= take;
    }
    if (wanted > 0) throw tooMuch(reservation, item, lines);
  }
  return left
    .filter((pick) => pick.taken > 0)
    .map(({ sku, location, taken }) => ({ sku, location, quantity: taken }));
}

async function shipPick(
  call: InventoryContext,
  pick: Pick & { reservation: ReservationRecord; shipmentId: string },
): Promise<ShippedLine> {
  const { reservation, shipmentId, quantity } = pick;
  const item = await requireItem(call, pick.sku);
  const location = await requireLocation(call, pick.location);
  // First the hold, then the movement: what is held is not available to leave.
  await call.db
    .updateTable("inventory_reservation_hold")
    .set((column) => ({
      held: column("held", "-", quantity),
      shipped: column("shipped", "+", quantity),
    }))
    .where("reservation_id", "=", reservation.reservation_id)
    .where("item_id", "=", item.id)
    .where("location_id", "=", location.id)
    .execute();
  const movement = await recordMovement(call, {
    item,
    location,
    quantity: -quantity,
    kind: "shipment",
    reference: reservation.reference,
    documentId: shipmentId,
  });
  return {
    movement_id: movement.id,
    sku: item.sku,
    location: location.code,
    quantity,
    costing_method: item.costing_method,
    cost: { minor: movement.costMinor, currency: item.unit_cost.currency },
  };
}

function addUpCosts(lines: readonly ShippedLine[]): Money[] {
  const totals = new Map<string, number>();
  for (const { cost } of lines) {
    totals.set(cost.currency, wholeMinor((totals.get(cost.currency) ?? 0) + cost.minor));
  }
  return [...totals].map(([currency, minor]) => ({ minor, currency }));
}

function tooMuch(
  reservation: ReservationRecord,
  item: ItemRecord,
  lines: readonly { sku: string; quantity: number }[],
): RingmainError {
  const wanted = lines
    .filter((line) => line.sku.toLowerCase() === item.sku.toLowerCase())
    .reduce((total, line) => total + line.quantity, 0);
  const held = reservation.reserved.slice(0, 20).map((line) => `${line.sku}: ${line.quantity}`);
  const holds = reservation.reserved.find((line) => line.sku === item.sku)?.quantity ?? 0;
  return new RingmainError(
    "INPUT_INVALID",
    `Reservation ${reservation.reservation_id} holds ${holds} of ${item.sku}; ${wanted} cannot be shipped.`,
    { hint: `It holds ${held.join(", ")}. Hold more first with reserve_stock.` },
  );
}
