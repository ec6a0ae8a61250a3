import type { ItemRecord, LevelRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import type { LocationRow } from "./locations.ts";
import { readLevels } from "./stock.ts";

export interface Wanted {
  item: ItemRecord;
  quantity: number;
}

/** What can be held of an item, and where. */
export interface HoldPlan extends Wanted {
  reserved: number;
  holds: Hold[];
}

interface Hold {
  locationId: string;
  quantity: number;
}

/**
 * Plans holds for one item: from the best stocked locations first, or from one location only. An item that may go
 * negative is planned in full; what is not there stands on the first hold, or where the item is kept.
 */
export async function planHolds(
  call: InventoryContext,
  { item, quantity }: Wanted,
  location: LocationRow | undefined,
): Promise<HoldPlan> {
  const levels = (await readLevels(call, item.id)).filter(
    (level) => location === undefined || level.locationId === location.id,
  );
  const holds = takeFrom(levels, quantity);
  const reserved = holds.reduce((total, hold) => total + hold.quantity, 0);
  if (!item.may_go_negative || reserved === quantity) return { item, quantity, reserved, holds };
  const [first] = holds;
  if (first !== undefined) first.quantity += quantity - reserved;
  else {
    const locationId = location?.id ?? levels[0]?.locationId ?? (await firstLocation(call)).id;
    holds.push({ locationId, quantity });
  }
  return { item, quantity, reserved: quantity, holds };
}

function takeFrom(levels: readonly (LevelRecord & { locationId: string })[], quantity: number): Hold[] {
  const holds: Hold[] = [];
  let left = quantity;
  for (const level of levels) {
    const take = Math.min(left, level.available);
    if (take > 0) holds.push({ locationId: level.locationId, quantity: take });
    left -= Math.max(0, take);
  }
  return holds;
}

async function firstLocation(call: InventoryContext): Promise<{ id: string }> {
  return await call.db
    .selectFrom("inventory_location")
    .select("id")
    .orderBy("code")
    .executeTakeFirstOrThrow();
}
