import { sql } from "kysely";
import { decodeCursor, encodeCursor } from "../../../src/kit/fields.ts";
import type { MessageRecord, OrderRecord } from "../records.ts";
import { extend, formatMoney } from "./amounts.ts";
import type { InventoryContext } from "./context.ts";
import { type Page, takePage } from "./pages.ts";
import { orderRef } from "./purchase-orders.ts";
import { requireSupplier } from "./suppliers.ts";
import type { MessageStatus } from "./tables.ts";

/** Puts the message that carries an order to its supplier into the outbox. Returns its id. Nothing is mailed here. */
export async function queueOrderMessage(call: InventoryContext, order: OrderRecord): Promise<string> {
  const supplier = await requireSupplier(call, order.supplier_id);
  const id = call.newId("msg");
  const at = call.now.toISOString();
  await call.db
    .insertInto("inventory_outbox")
    .values({
      id,
      purchase_order_id: order.id,
      supplier_id: supplier.id,
      to_address: supplier.email,
      subject: `Purchase order ${order.ref}`,
      body: orderLetter(order),
      status: "queued",
      version: 1,
      created_at: at,
      updated_at: at,
    })
    .execute();
  call.changed("inventory_outbox", id, 1);
  return id;
}

/** Cancels the message of an order unless it has left already. */
export async function cancelQueuedMessage(call: InventoryContext, orderId: string): Promise<void> {
  const message = await call.db
    .selectFrom("inventory_outbox")
    .select(["id", "version"])
    .where("purchase_order_id", "=", orderId)
    .where("status", "in", ["queued", "failed"])
    .executeTakeFirst();
  if (message === undefined) return;
  const version = message.version + 1;
  await call.db
    .updateTable("inventory_outbox")
    .set({ status: "cancelled", version, updated_at: call.now.toISOString() })
    .where("id", "=", message.id)
    .execute();
  call.changed("inventory_outbox", message.id, version);
}

/** Messages, the newest first; with their text when `detailed`. */
export async function listOutbox(
  call: InventoryContext,
  options: {
    status?: readonly MessageStatus[] | undefined;
    supplier_id?: string | undefined;
    detailed: boolean;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<MessageRecord>> {
  let query = call.db
    .selectFrom("inventory_outbox as message")
    .innerJoin("inventory_supplier as supplier", "supplier.id", "message.supplier_id")
    .innerJoin("inventory_purchase_order as po", "po.id", "message.purchase_order_id")
    .selectAll("message")
    .select(["supplier.name as supplier_name", "po.number as number"])
    // An address that was entered after the message was queued counts too.
    .select(sql<string | null>`coalesce(message.to_address, supplier.email)`.as("to"))
    .orderBy("message.created_at", "desc")
    .orderBy("message.id", "desc")
    .limit(options.limit + 1);
  if (options.status !== undefined) query = query.where("message.status", "in", options.status);
  if (options.supplier_id !== undefined) query = query.where("message.supplier_id", "=", options.supplier_id);
  if (options.cursor !== undefined) {
    const [at, id] = decodeCursor(options.cursor, 2).map(String);
    query = query.where((where) =>
      where(where.refTuple("message.created_at", "message.id"), "<", where.tuple(at ?? "", id ?? "")),
    );
  }
  return takePage(
    await query.execute(),
    options.limit,
    (row) => ({
      id: row.id,
      status: row.status,
      to: row.to ?? undefined,
      subject: row.subject,
      body: options.detailed ? row.body : undefined,
      supplier_id: row.supplier_id,
      supplier: { id: row.supplier_id, name: row.supplier_name },
      purchase_order_id: row.purchase_order_id,
      purchase_order_ref: orderRef(row.number),
      version: row.version,
      created_at: row.created_at,
      updated_at: row.updated_at,
    }),
    (row) => encodeCursor([row.created_at, row.id]),
  );
}

function orderLetter(order: OrderRecord): string {
  const lines = order.lines.map(
    (line) =>
      `${line.quantity} x ${line.sku}  ${line.name}  at ${formatMoney(line.unit_cost)}` +
      ` = ${formatMoney(extend(line.quantity, line.unit_cost))}`,
  );
  return [
    `To ${order.supplier.name}`,
    "",
    `Please deliver under our purchase order ${order.ref}:`,
    "",
    ...lines,
    "",
    `Total ${formatMoney(order.total)}, net.`,
  ].join("\n");
}
