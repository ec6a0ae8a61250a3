import type { ItemRecord, LevelRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { requireItem } from "./items.ts";
import { orderRef } from "./purchase-orders.ts";
import { readLevels } from "./stock.ts";

/** An item with everything that bears on its stock. */
export interface StockCard extends ItemRecord {
  locations: LevelRecord[];
  open_orders: { purchase_order_id: string; ref: string; status: string; outstanding: number }[];
  reservations: { reservation_id: string; reference: string; quantity: number }[];
}

/** Reads the stock card of a SKU. Throws NOT_FOUND. */
export async function readStockCard(call: InventoryContext, sku: string): Promise<StockCard> {
  const item = await requireItem(call, sku);
  const levels = await readLevels(call, item.id);
  const orders = await call.db
    .selectFrom("inventory_purchase_order_line as line")
    .innerJoin("inventory_purchase_order as po", "po.id", "line.purchase_order_id")
    .select(["po.id", "po.number", "po.status", "line.outstanding"])
    .where("line.item_id", "=", item.id)
    .where("line.outstanding", ">", 0)
    .orderBy("po.number")
    .limit(50)
    .execute();
  const reservations = await call.db
    .selectFrom("inventory_reservation_hold as hold")
    .innerJoin("inventory_reservation as reservation", "reservation.id", "hold.reservation_id")
    .select(["reservation.id as reservation_id", "reservation.reference as reference"])
    .select(({ fn }) => fn.sum<number>("hold.held").as("quantity"))
    .where("hold.item_id", "=", item.id)
    .where("hold.held", ">", 0)
    .groupBy("reservation.id")
    .orderBy("reservation.created_at")
    .orderBy("reservation.id")
    .limit(50)
    .execute();
  return {
    ...item,
    locations: levels.map(({ locationId: _, ...level }) => level),
    open_orders: orders.map((order) => ({
      purchase_order_id: order.id,
      ref: orderRef(order.number),
      status: order.status,
      outstanding: order.outstanding,
    })),
    reservations,
  };
}
