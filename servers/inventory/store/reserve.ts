import { RingmainError } from "../../../src/core/errors.ts";
import type { ReservationRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { expireHolds } from "./expiry.ts";
import { type HoldPlan, planHolds, type Wanted } from "./hold-plan.ts";
import { requireItems } from "./items.ts";
import { requireLocation } from "./locations.ts";
import { linkReference } from "./references.ts";
import { requireReservation } from "./reservations.ts";

export interface ReserveInput {
  reference: string;
  allow_partial: boolean;
  allow_duplicate?: boolean | undefined;
  location?: string | undefined;
  expires_at?: string | undefined;
  lines: readonly { sku: string; quantity: number }[];
}

/**
 * Holds stock for a reference. All or nothing unless `allow_partial`: throws STATE_INVALID, naming every shortage,
 * when not all can be held. When a reservation for the same reference and quantities holds stock already, that one
 * is returned with `duplicate_of`, and nothing is written.
 */
export async function reserveStock(
  call: InventoryContext,
  input: ReserveInput,
): Promise<ReservationRecord & { duplicate_of?: string }> {
  const location = input.location === undefined ? undefined : await requireLocation(call, input.location);
  const expiresAt = readExpiry(call, input.expires_at);
  const wanted = await addUp(call, input.lines);
  if (input.allow_duplicate !== true) {
    const duplicate = await findDuplicate(call, input.reference, wanted);
    if (duplicate !== undefined) return { ...duplicate, duplicate_of: duplicate.reservation_id };
  }
  await expireHolds(
    call,
    wanted.map(({ item }) => item.id),
  );
  const plans: HoldPlan[] = [];
  for (const line of wanted) plans.push(await planHolds(call, line, location));
  const short = plans.filter((plan) => plan.reserved < plan.quantity);
  if (short.length > 0 && !input.allow_partial) throw shortage(short);
  const id = await insertReservation(call, input.reference, expiresAt, plans);
  return await requireReservation(call, id);
}

async function insertReservation(
  call: InventoryContext,
  reference: string,
  expiresAt: string | null,
  plans: readonly HoldPlan[],
): Promise<string> {
  const id = call.newId("res");
  const at = call.now.toISOString();
  await call.db
    .insertInto("inventory_reservation")
    .values({
      id,
      reference,
      status: plans.some((plan) => plan.reserved > 0) ? "active" : "unfilled",
      expires_at: expiresAt,
      release_reason: null,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    .execute();
  const lines = plans.map(({ item, quantity, reserved }, index) => ({
    reservation_id: id,
    line_number: index + 1,
    item_id: item.id,
    requested: quantity,
    reserved,
  }));
  await call.db.insertInto("inventory_reservation_line").values(lines).execute();
  const holds = plans.flatMap(({ item, holds }) =>
    holds.map(({ locationId, quantity }) => ({
      reservation_id: id,
      item_id: item.id,
      location_id: locationId,
      quantity,
      held: quantity,
      expires_at: expiresAt,
    })),
  );
  if (holds.length > 0) await call.db.insertInto("inventory_reservation_hold").values(holds).execute();
  call.changed("inventory_reservation", id, 1);
  await linkReference(call, reference, id, "reservation");
  return id;
}

/** One entry an item: a deal may have the same SKU in several lines. */
async function addUp(
  call: InventoryContext,
  lines: readonly { sku: string; quantity: number }[],
): Promise<Wanted[]> {
  const items = await requireItems(
    call,
    lines.map((line) => line.sku),
  );
  const wanted = new Map<string, Wanted>();
  for (const [index, item] of items.entries()) {
    const quantity = (wanted.get(item.id)?.quantity ?? 0) + (lines[index]?.quantity ?? 0);
    wanted.set(item.id, { item, quantity });
  }
  return [...wanted.values()];
}

/** The oldest reservation that still holds stock for the same reference and asked for the same. */
async function findDuplicate(
  call: InventoryContext,
  reference: string,
  wanted: readonly Wanted[],
): Promise<ReservationRecord | undefined> {
  const rows = await call.db
    .selectFrom("inventory_reservation as reservation")
    .innerJoin("inventory_reservation_line as line", "line.reservation_id", "reservation.id")
    .select(["reservation.id", "line.item_id", "line.requested"])
    .where("reservation.reference", "=", reference)
    .where("reservation.status", "=", "active")
    .where((where) =>
      where.or([
        where("reservation.expires_at", "is", null),
        where("reservation.expires_at", ">", call.now.toISOString()),
      ]),
    )
    .orderBy("reservation.created_at")
    .orderBy("reservation.id")
    .execute();
  const requested = new Map(wanted.map(({ item, quantity }) => [item.id, quantity]));
  for (const [id, lines] of Map.groupBy(rows, (row) => row.id)) {
    const isSame = lines.every((line) => requested.get(line.item_id) === line.requested);
    if (isSame && lines.length === requested.size) return await requireReservation(call, id);
  }
  return undefined;
}

/** The instant of an expiry as it is stored. Throws INPUT_INVALID for one that is not in the future. */
function readExpiry(call: InventoryContext, expiresAt: string | undefined): string | null {
  if (expiresAt === undefined) return null;
  const instant = new Date(expiresAt);
  // beyond the year 9999 instants do not sort as text
  if (instant > call.now && instant.getUTCFullYear() <= 9999) return instant.toISOString();
  throw new RingmainError("INPUT_INVALID", `expires_at ${expiresAt} is not in the future, or too far.`, {
    hint: `It is ${call.now.toISOString()} now. Leave expires_at out to hold until it is shipped or released.`,
  });
}

function shortage(short: readonly HoldPlan[]): RingmainError {
  const named = short
    .slice(0, 20)
    .map(({ item, quantity, reserved }) => `${item.sku} ${reserved} of ${quantity}`);
  return new RingmainError(
    "STATE_INVALID",
    `Not enough stock: ${named.join(", ")} available. Nothing was reserved.`,
    {
      hint: "Set allow_partial to true to hold what there is, or lower the quantities; get_stock shows what is coming.",
    },
  );
}
