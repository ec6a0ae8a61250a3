import { sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import type { Money } from "../../../src/kit/fields.ts";
import type { ItemRecord, OrderRecord } from "../records.ts";
import { extend, sum } from "./amounts.ts";
import type { InventoryContext } from "./context.ts";

/** `PO-0007`, as people write the number of an order. */
export function orderRef(number: number): string {
  return `PO-${String(number).padStart(4, "0")}`;
}

export interface OrderLine {
  item: ItemRecord;
  quantity: number;
}

/** Sum of quantity times unit cost. Throws INPUT_INVALID when the items cost different currencies. */
export function orderTotal(lines: readonly OrderLine[]): Money {
  const currencies = [...new Set(lines.map(({ item }) => item.unit_cost.currency))];
  const [currency = "EUR"] = currencies;
  if (currencies.length > 1) {
    throw new RingmainError("INPUT_INVALID", `The lines cost ${currencies.join(" and ")}.`, {
      hint: "Make one purchase order for each currency.",
    });
  }
  return sum(
    lines.map(({ item, quantity }) => extend(quantity, item.unit_cost)),
    currency,
  );
}

/** Writes a new draft under the next number and returns its id. */
export async function createOrder(
  call: InventoryContext,
  order: { supplierId: string; lines: readonly OrderLine[] },
): Promise<string> {
  const id = await insertOrder(call, { ...order, status: "draft" });
  call.changed("inventory_purchase_order", id, 1);
  return id;
}

/** The oldest draft to the same supplier with the same quantities, or undefined. */
export async function findSameDraft(
  call: InventoryContext,
  order: { supplierId: string; lines: readonly OrderLine[] },
): Promise<OrderRecord | undefined> {
  const rows = await call.db
    .selectFrom("inventory_purchase_order as po")
    .innerJoin("inventory_purchase_order_line as line", "line.purchase_order_id", "po.id")
    .select(["po.id", "line.item_id", "line.ordered"])
    .where("po.supplier_id", "=", order.supplierId)
    .where(sql<boolean>`po.status = 'draft'`)
    .orderBy("po.number")
    .execute();
  const ordered = new Map(order.lines.map(({ item, quantity }) => [item.id, quantity]));
  for (const [id, lines] of Map.groupBy(rows, (row) => row.id)) {
    const isSame = lines.every((line) => ordered.get(line.item_id) === line.ordered);
    if (isSame && lines.length === ordered.size) return await requireOrder(call, id);
  }
  return undefined;
}

/** Writes an order for one item that was sent before the item came to Ringmain: no message goes out. */
export async function openOrder(
  call: InventoryContext,
  order: { supplier: { id: string }; item: ItemRecord; quantity: number },
): Promise<string> {
  const { supplier, item, quantity } = order;
  const id = await insertOrder(call, {
    supplierId: supplier.id,
    lines: [{ item, quantity }],
    status: "sent",
  });
  call.changed("inventory_purchase_order", id, 1);
  return id;
}

async function insertOrder(
  call: InventoryContext,
  order: { supplierId: string; lines: readonly OrderLine[]; status: "draft" | "sent" },
): Promise<string> {
  const total = orderTotal(order.lines);
  const last = await call.db
    .selectFrom("inventory_purchase_order")
    .select(({ fn }) => fn.max("number").as("number"))
    .executeTakeFirst();
  const id = call.newId("po");
  const at = call.now.toISOString();
  await call.db
    .insertInto("inventory_purchase_order")
    .values({
      id,
      number: Number(last?.number ?? 0) + 1,
      supplier_id: order.supplierId,
      status: order.status,
      currency: total.currency,
      total_minor: total.minor,
      sent_at: order.status === "sent" ? at : null,
      cancel_reason: null,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    .execute();
  const lines = order.lines.map(({ item, quantity }, index) => ({
    purchase_order_id: id,
    line_number: index + 1,
    item_id: item.id,
    ordered: quantity,
    received: 0,
    outstanding: quantity,
    unit_cost_minor: item.unit_cost.minor,
  }));
  await call.db.insertInto("inventory_purchase_order_line").values(lines).execute();
  return id;
}

/** The order of an id or a ref such as PO-0007, with its lines. Throws NOT_FOUND. */
export async function requireOrder(call: InventoryContext, idOrRef: string): Promise<OrderRecord> {
  const number = /^PO-0*([1-9]\d{0,14})$/i.exec(idOrRef)?.[1];
  const orders = selectOrders(call);
  const row = await (number === undefined
    ? orders.where("po.id", "=", idOrRef)
    : orders.where("po.number", "=", Number(number))
  ).executeTakeFirst();
  if (row === undefined) {
    throw new RingmainError("NOT_FOUND", `There is no purchase order ${JSON.stringify(idOrRef)}.`, {
      hint: "list_purchase_orders shows ids and refs.",
    });
  }
  const lines = await call.db
    .selectFrom("inventory_purchase_order_line as line")
    .innerJoin("inventory_item as item", "item.id", "line.item_id")
    .select([
      "item.sku",
      "item.name",
      "line.ordered",
      "line.received",
      "line.outstanding",
      "line.unit_cost_minor",
    ])
    .where("line.purchase_order_id", "=", row.id)
    .orderBy("line.line_number")
    .execute();
  return {
    ...orderHeadOf(row),
    lines: lines.map((line) => ({
      sku: line.sku,
      name: line.name,
      quantity: line.ordered,
      received: line.received,
      outstanding: line.outstanding,
      unit_cost: { minor: line.unit_cost_minor, currency: row.currency },
    })),
  };
}

/** Orders with their supplier and message; `orderHeadOf` makes the head of a record. */
export function selectOrders(call: InventoryContext) {
  return call.db
    .selectFrom("inventory_purchase_order as po")
    .innerJoin("inventory_supplier as supplier", "supplier.id", "po.supplier_id")
    .leftJoin("inventory_outbox as message", "message.purchase_order_id", "po.id")
    .selectAll("po")
    .select([
      "supplier.name as supplier_name",
      "message.id as message_id",
      "message.status as outbox_status",
    ]);
}

type JoinedOrder = Awaited<ReturnType<ReturnType<typeof selectOrders>["executeTakeFirstOrThrow"]>>;

/** What an order and its summary have in common. */
export function orderHeadOf(row: JoinedOrder): Omit<OrderRecord, "lines"> {
  return {
    id: row.id,
    ref: orderRef(row.number),
    status: row.status,
    supplier_id: row.supplier_id,
    supplier: { id: row.supplier_id, name: row.supplier_name },
    total: { minor: row.total_minor, currency: row.currency },
    sent_at: row.sent_at ?? undefined,
    cancel_reason: row.cancel_reason ?? undefined,
    message_id: row.message_id ?? undefined,
    outbox_status: row.outbox_status ?? undefined,
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
