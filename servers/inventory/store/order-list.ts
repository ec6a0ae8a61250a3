import { sql } from "kysely";
import type { OrderSummary } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { decodeNumberCursor, type Page, readEach, takePage } from "./pages.ts";
import { orderHeadOf, selectOrders } from "./purchase-orders.ts";
import type { OrderStatus } from "./tables.ts";

export interface OrderFilter {
  status?: readonly OrderStatus[] | undefined;
  supplier_id?: string | undefined;
  sku?: string | undefined;
  /** Calendar days in UTC, both included. */
  created_from?: string | undefined;
  created_to?: string | undefined;
}

/** Purchase orders, the newest number first, without their lines. */
export async function listOrders(
  call: InventoryContext,
  options: { filter: OrderFilter; limit: number; cursor?: string | undefined },
): Promise<Page<OrderSummary>> {
  const rows = await readEach(
    options.filter.status,
    (status) => selectPage(call, options, status).execute(),
    (a, b) => b.number - a.number,
  );
  return takePage(
    "purchase orders",
    rows,
    options.limit,
    (row) => ({ ...orderHeadOf(row), line_count: row.line_count, outstanding: row.outstanding }),
    (row) => [row.number],
  );
}

function selectPage(
  call: InventoryContext,
  options: { filter: OrderFilter; limit: number; cursor?: string | undefined },
  status: OrderStatus | undefined,
) {
  const { filter } = options;
  const lines = sql.raw("from inventory_purchase_order_line where purchase_order_id = po.id");
  let query = selectOrders(call)
    .select([
      sql<number>`(select count(*) ${lines})`.as("line_count"),
      sql<number>`(select sum(outstanding) ${lines})`.as("outstanding"),
    ])
    .orderBy("po.number", "desc")
    .limit(options.limit + 1);
  if (status !== undefined) query = query.where("po.status", "=", status);
  if (filter.supplier_id !== undefined) query = query.where("po.supplier_id", "=", filter.supplier_id);
  if (filter.created_from !== undefined) query = query.where("po.created_at", ">=", filter.created_from);
  if (filter.created_to !== undefined) query = query.where("po.created_at", "<=", `${filter.created_to}T24`);
  if (filter.sku !== undefined) {
    const orders = call.db
      .selectFrom("inventory_purchase_order_line as line")
      .innerJoin("inventory_item as item", "item.id", "line.item_id")
      .select("line.purchase_order_id")
      .where("item.sku", "=", filter.sku);
    query = query.where("po.id", "in", orders);
  }
  if (options.cursor !== undefined) {
    query = query.where("po.number", "<", decodeNumberCursor("purchase orders", options.cursor, 1).number);
  }
  return query;
}
