import { type RawBuilder, sql } from "kysely";
import type { InventoryContext } from "./context.ts";

/**
 * The units that expired reservations still seem to hold, for queries that name the item table `item` (over all
 * locations) or the level table `level` (at its location). A read adds them to what is available; before a write, `expireHolds` frees them for good.
 */
export function expiredUnits(call: InventoryContext, of: "item" | "level"): RawBuilder<number> {
  const owner =
    of === "item"
      ? sql`hold.item_id = item.id`
      : sql`hold.item_id = level.item_id and hold.location_id = level.location_id`;
  return sql<number>`coalesce((select sum(hold.held) from inventory_reservation_hold as hold
    where ${owner} and hold.held > 0 and hold.expires_at <= ${call.now.toISOString()}), 0)`;
}

/** Whether a reservation holds nothing any more because its time has passed. */
export function isExpired(call: InventoryContext, reservation: { expires_at: string | null }): boolean {
  return reservation.expires_at !== null && reservation.expires_at <= call.now.toISOString();
}

/**
 * Stores the expiry of the reservations that hold any of the items beyond their time. Every write that depends on
 * what is available calls it first; what it does is what the time of the call has decided already.
 */
export async function expireHolds(call: InventoryContext, itemIds: readonly string[]): Promise<void> {
  if (itemIds.length === 0) return;
  const due = await call.db
    .selectFrom("inventory_reservation_hold as hold")
    .innerJoin("inventory_reservation as reservation", "reservation.id", "hold.reservation_id")
    .select(["reservation.id", "reservation.version"])
    .distinct()
    .where("hold.item_id", "in", [...new Set(itemIds)])
    .where(sql<boolean>`hold.held > 0`)
    .where("hold.expires_at", "<=", call.now.toISOString())
    .execute();
  for (const { id, version } of due) await storeExpiry(call, id, version + 1);
}

async function storeExpiry(call: InventoryContext, id: string, version: number): Promise<void> {
  await call.db
    .updateTable("inventory_reservation_hold")
    .set({ held: 0 })
    .where("reservation_id", "=", id)
    .execute();
  await call.db
    .updateTable("inventory_reservation")
    .set({ status: "expired", version, updated_at: call.now.toISOString() })
    .where("id", "=", id)
    .execute();
  call.changed("inventory_reservation", id, version);
}
