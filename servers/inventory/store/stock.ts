import { sql } from "kysely";
import type { LevelRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { expiredUnits } from "./expiry.ts";

/** The levels of an item, one per location that ever had it, the best stocked first. */
export async function readLevels(
  call: InventoryContext,
  itemId: string,
): Promise<(LevelRecord & { locationId: string })[]> {
  const rows = await selectLevels(call)
    .where("level.item_id", "=", itemId)
    .orderBy(sql`level.on_hand - reserved`, "desc")
    .orderBy("location.code")
    .execute();
  return rows.map((row) => ({ ...row, available: row.on_hand - row.reserved }));
}

/** The level of an item at one location; zeros when it never had any there. */
export async function readLevel(
  call: InventoryContext,
  item: { id: string },
  location: { id: string; code: string; name: string },
): Promise<LevelRecord> {
  const row = await selectLevels(call)
    .where("level.item_id", "=", item.id)
    .where("level.location_id", "=", location.id)
    .executeTakeFirst();
  const { on_hand, reserved } = row ?? { on_hand: 0, reserved: 0 };
  return { location: location.code, name: location.name, on_hand, reserved, available: on_hand - reserved };
}

function selectLevels(call: InventoryContext) {
  return call.db
    .selectFrom("inventory_level as level")
    .innerJoin("inventory_location as location", "location.id", "level.location_id")
    .select(["location.id as locationId", "location.code as location", "location.name as name"])
    .select(["level.on_hand", sql<number>`level.reserved - ${expiredUnits(call, "level")}`.as("reserved")]);
}
