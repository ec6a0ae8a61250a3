import { RingmainError } from "../../../src/core/errors.ts";
import type { ItemRecord, LevelRecord, ReservationRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { requireItems } from "./items.ts";
import { type LocationRow, requireLocation } from "./locations.ts";
import { requireReservation } from "./reservations.ts";
import { readLevels } from "./stock.ts";

interface Wanted {
  item: ItemRecord;
  quantity: number;
}

interface Hold {
  locationId: string;
  quantity: number;
}

/**
 * Holds stock for a reference, from the best stocked locations first or from one location only. All or nothing
 * unless `allow_partial`; an item that may go negative is always held in full. Throws STATE_INVALID, naming
 * every shortage, when not all can be held.
 */
export async function reserveStock(
  call: InventoryContext,
  input: {
    reference: string;
    allow_partial: boolean;
    location?: string | undefined;
    lines: readonly { sku: string; quantity: number }[];
  },
): Promise<ReservationRecord> {
  const location = input.location === undefined ? undefined : await requireLocation(call, input.location);
  const wanted = await addUp(call, input.lines);
  const plans = [];
  for (const { item, quantity } of wanted) {
    const levels = (await readLevels(call, item.id)).filter(
      (level) => location === undefined || level.locationId === location.id,
    );
    const holds = planHolds(quantity, levels);
    const reserved = holds.reduce((total, hold) => total + hold.quantity, 0);
    if (item.may_go_negative && reserved < quantity) {
      await addBackOrder(call, holds, quantity - reserved, location, levels);
      plans.push({ item, quantity, holds, reserved: quantity });
    } else {
      plans.push({ item, quantity, holds, reserved });
    }
  }
  const short = plans.filter((plan) => plan.reserved < plan.quantity);
  if (short.length > 0 && !input.allow_partial) throw shortage(short);

  const id = call.newId("res");
  const at = call.now.toISOString();
  const status = plans.some((plan) => plan.reserved > 0) ? "active" : "unfilled";
  await call.db
    .insertInto("inventory_reservation")
    .values({
      id,
      reference: input.reference,
      status,
      release_reason: null,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    .execute();
  await call.db
    .insertInto("inventory_reservation_line")
    .values(
      plans.map(({ item, quantity, reserved }, index) => ({
        reservation_id: id,
        line_number: index + 1,
        item_id: item.id,
        requested: quantity,
        reserved,
      })),
    )
    .execute();
  const holds = plans.flatMap(({ item, holds }) =>
    holds.map((hold) => ({
      reservation_id: id,
      item_id: item.id,
      location_id: hold.locationId,
      quantity: hold.quantity,
      held: hold.quantity,
    })),
  );
  if (holds.length > 0) await call.db.insertInto("inventory_reservation_hold").values(holds).execute();
  call.changed("inventory_reservation", id, 1);
  return await requireReservation(call, id);
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

function planHolds(quantity: number, levels: readonly (LevelRecord & { locationId: string })[]): Hold[] {
  const holds: Hold[] = [];
  let left = quantity;
  for (const level of levels) {
    const take = Math.min(left, level.available);
    if (take > 0) holds.push({ locationId: level.locationId, quantity: take });
    left -= Math.max(0, take);
  }
  return holds;
}

/** Puts what is not there on the first hold, or where the item is kept, or in the first location of all. */
async function addBackOrder(
  call: InventoryContext,
  holds: Hold[],
  missing: number,
  location: LocationRow | undefined,
  levels: readonly { locationId: string }[],
): Promise<void> {
  const [first] = holds;
  if (first !== undefined) {
    first.quantity += missing;
    return;
  }
  const locationId = location?.id ?? levels[0]?.locationId ?? (await firstLocation(call)).id;
  holds.push({ locationId, quantity: missing });
}

async function firstLocation(call: InventoryContext): Promise<{ id: string }> {
  return await call.db
    .selectFrom("inventory_location")
    .select("id")
    .orderBy("code")
    .executeTakeFirstOrThrow();
}

function shortage(short: readonly { item: ItemRecord; quantity: number; reserved: number }[]): RingmainError {
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
