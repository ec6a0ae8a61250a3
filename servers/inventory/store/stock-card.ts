import { sql } from "kysely";
import type { Money } from "../../../src/kit/fields.ts";
import type { LinkedRecord } from "../../../src/kit/links.ts";
import type { ItemRecord, LevelRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { requireItem } from "./items.ts";
import { orderRef } from "./purchase-orders.ts";
import { readLevels } from "./stock.ts";
import type { OrderStatus } from "./tables.ts";

/** An item with everything that bears on its stock. */
export interface StockCard extends ItemRecord {
  stock_value: { fifo: Money; moving_average: Money; book: Money };
  locations: LevelRecord[];
  open_orders: { purchase_order_id: string; ref: string; status: OrderStatus; outstanding: number }[];
  reservations: {
    reservation_id: string;
    reference: string;
    quantity: number;
    expires_at?: string | undefined;
    links: LinkedRecord[];
  }[];
}

/** A stock card without what expects the item and what holds it. */
export function conciseCard({ open_orders: _orders, reservations: _holds, ...card }: StockCard) {
  return card;
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
    .where(sql<boolean>`line.outstanding > 0`)
    .orderBy("po.number")
    .limit(50)
    .execute();
  const reservations = await call.db
    .selectFrom("inventory_reservation_hold as hold")
    .innerJoin("inventory_reservation as reservation", "reservation.id", "hold.reservation_id")
    .select(["reservation.id as reservation_id", "reservation.reference as reference", "hold.expires_at"])
    .select(({ fn }) => fn.sum<number>("hold.held").as("quantity"))
    .where("hold.item_id", "=", item.id)
    .where(sql<boolean>`hold.held > 0`)
    .where(sql<boolean>`coalesce(hold.expires_at > ${call.now.toISOString()}, true)`)
    .groupBy("reservation.id")
    .orderBy("reservation.created_at")
    .orderBy("reservation.id")
    .limit(50)
    .execute();
  const held: StockCard["reservations"] = [];
  for (const { expires_at, ...hold } of reservations) {
    const links = await call.links(hold.reservation_id);
    held.push({ ...hold, expires_at: expires_at ?? undefined, links });
  }
  return {
    ...item,
    stock_value: await readStockValue(call, item),
    locations: levels.map(({ locationId: _, ...level }) => level),
    open_orders: orders.map((order) => ({
      purchase_order_id: order.id,
      ref: orderRef(order.number),
      status: order.status,
      outstanding: order.outstanding,
    })),
    reservations: held,
  };
}

async function readStockValue(call: InventoryContext, item: ItemRecord): Promise<StockCard["stock_value"]> {
  const row = await call.db
    .selectFrom("inventory_item")
    .select(["fifo_value_minor", "average_value_minor"])
    .where("id", "=", item.id)
    .executeTakeFirstOrThrow();
  const { currency } = item.unit_cost;
  const fifo = { minor: row.fifo_value_minor, currency };
  const moving_average = { minor: row.average_value_minor, currency };
  return { fifo, moving_average, book: item.costing_method === "fifo" ? fifo : moving_average };
}
