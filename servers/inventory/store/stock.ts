import { type RawBuilder, sql } from "kysely";
import type { LevelRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";

/** Sums over an item's locations and open orders, for queries that name the item table `item`. */
export const stockSql = {
  onHand: sum(sql`select sum(on_hand) from inventory_level where item_id = item.id`),
  reserved: sum(sql`select sum(reserved) from inventory_level where item_id = item.id`),
  available: sum(sql`select sum(on_hand - reserved) from inventory_level where item_id = item.id`),
  onOrder: sum(
    sql`select sum(outstanding) from inventory_purchase_order_line where item_id = item.id and outstanding > 0`,
  ),
};

/** The levels of an item, one per location that ever had it, the best stocked first. */
export async function readLevels(
  call: InventoryContext,
  itemId: string,
): Promise<(LevelRecord & { locationId: string })[]> {
  const rows = await call.db
    .selectFrom("inventory_level as level")
    .innerJoin("inventory_location as location", "location.id", "level.location_id")
    .select(["location.id as locationId", "location.code as location", "location.name as name"])
    .select(["level.on_hand", "level.reserved"])
    .where("level.item_id", "=", itemId)
    .orderBy(sql`level.on_hand - level.reserved`, "desc")
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
  const row = await call.db
    .selectFrom("inventory_level")
    .select(["on_hand", "reserved"])
    .where("item_id", "=", item.id)
    .where("location_id", "=", location.id)
    .executeTakeFirst();
  const { on_hand, reserved } = row ?? { on_hand: 0, reserved: 0 };
  return { location: location.code, name: location.name, on_hand, reserved, available: on_hand - reserved };
}

function sum(select: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`coalesce((${select}), 0)`;
}
