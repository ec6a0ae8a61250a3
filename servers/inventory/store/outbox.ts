import { decodeCursor } from "../../../src/kit/pages.ts";
import type { MessageRecord, OrderRecord } from "../records.ts";
import { extend, formatMoney } from "./amounts.ts";
import type { InventoryContext } from "./context.ts";
import { newestFirst, type Page, readEach, takePage } from "./pages.ts";
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
      recipient: supplier.email,
      subject: `Purchase order ${order.ref}`,
      body: orderLetter(order),
      status: "queued",
      attempts: 0,
      next_attempt_at: null,
      last_error: null,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    .execute();
  call.changed("inventory_outbox", id, 1);
  return id;
}

/** Addresses the messages that waited for a supplier to have an address. */
export async function addressWaitingMessages(
  call: InventoryContext,
  supplier: { id: string; email: string | null },
): Promise<void> {
  if (supplier.email === null) return;
  const waiting = await call.db
    .updateTable("inventory_outbox")
    .set((row) => ({
      recipient: supplier.email,
      version: row("version", "+", 1),
      updated_at: call.now.toISOString(),
    }))
    .where("supplier_id", "=", supplier.id)
    .where("status", "=", "queued")
    .where("recipient", "is", null)
    .returning(["id", "version"])
    .execute();
  for (const { id, version } of waiting) call.changed("inventory_outbox", id, version);
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

interface OutboxOptions {
  status?: readonly MessageStatus[] | undefined;
  supplier_id?: string | undefined;
  /** Calendar days in UTC, both included. */
  created_from?: string | undefined;
  created_to?: string | undefined;
  detailed: boolean;
  limit: number;
  cursor?: string | undefined;
}

/** Messages, the newest first; with their text when `detailed`. */
export async function listOutbox(
  call: InventoryContext,
  options: OutboxOptions,
): Promise<Page<MessageRecord>> {
  const rows = await readEach(
    options.status,
    (status) => selectPage(call, options, status).execute(),
    newestFirst,
  );
  return takePage(
    "inventory outbox",
    rows,
    options.limit,
    (row) => messageRecordOf(row, options.detailed),
    (row) => [row.created_at, row.id],
  );
}

function selectPage(call: InventoryContext, options: OutboxOptions, status: MessageStatus | undefined) {
  let query = call.db
    .selectFrom("inventory_outbox as message")
    .innerJoin("inventory_supplier as supplier", "supplier.id", "message.supplier_id")
    .innerJoin("inventory_purchase_order as po", "po.id", "message.purchase_order_id")
    .selectAll("message")
    .select(["supplier.name as supplier_name", "po.number as number"])
    .orderBy("message.created_at", "desc")
    .orderBy("message.id", "desc")
    .limit(options.limit + 1);
  if (status !== undefined) query = query.where("message.status", "=", status);
  const { created_from, created_to } = options;
  if (created_from !== undefined) query = query.where("message.created_at", ">=", created_from);
  if (created_to !== undefined) query = query.where("message.created_at", "<=", `${created_to}T24`);
  if (options.supplier_id !== undefined) query = query.where("message.supplier_id", "=", options.supplier_id);
  if (options.cursor !== undefined) {
    const [at, id] = decodeCursor("inventory outbox", options.cursor, 2).map(String);
    query = query.where((where) =>
      where(where.refTuple("message.created_at", "message.id"), "<", where.tuple(at ?? "", id ?? "")),
    );
  }
  return query;
}

type MessageRow = Awaited<ReturnType<ReturnType<typeof selectPage>["executeTakeFirstOrThrow"]>>;

function messageRecordOf(row: MessageRow, detailed: boolean): MessageRecord {
  return {
    id: row.id,
    status: row.status,
    to: row.recipient ?? undefined,
    subject: row.subject,
    body: detailed ? row.body : undefined,
    attempts: row.attempts,
    next_attempt_at: row.status === "queued" ? (row.next_attempt_at ?? undefined) : undefined,
    last_error: row.last_error ?? undefined,
    supplier_id: row.supplier_id,
    supplier: { id: row.supplier_id, name: row.supplier_name },
    purchase_order_id: row.purchase_order_id,
    purchase_order_ref: orderRef(row.number),
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
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
