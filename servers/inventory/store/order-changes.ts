import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { OrderRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { requireItems } from "./items.ts";
import { requireLocation } from "./locations.ts";
import { recordMovement } from "./movements.ts";
import { cancelQueuedMessage, queueOrderMessage } from "./outbox.ts";
import { requireOrder } from "./purchase-orders.ts";
import type { OrderStatus } from "./tables.ts";

export interface OrderChange {
  purchase_order_id: string;
  expected_version?: number | undefined;
}

/** Marks a draft as sent and puts its message into the outbox, in the transaction of the call. */
export async function sendOrder(call: InventoryContext, change: OrderChange): Promise<OrderRecord> {
  const order = await orderToChange(call, change, ["draft"], "sent");
  await queueOrderMessage(call, order);
  await updateOrder(call, order, { status: "sent", sent_at: call.now.toISOString() });
  return await requireOrder(call, order.id);
}

/** Cancels what is still expected of an open order. A message that is still queued is cancelled with it. */
export async function cancelOrder(
  call: InventoryContext,
  change: OrderChange & { reason: string },
): Promise<OrderRecord> {
  const order = await orderToChange(call, change, ["draft", "sent", "partially_received"], "cancelled");
  await call.db
    .updateTable("inventory_purchase_order_line")
    .set({ outstanding: 0 })
    .where("purchase_order_id", "=", order.id)
    .execute();
  await cancelQueuedMessage(call, order.id);
  await updateOrder(call, order, { status: "cancelled", cancel_reason: change.reason });
  return await requireOrder(call, order.id);
}

/**
 * Books goods that arrived for a sent order: a receipt movement and a cost layer for each line, at the order's cost. Without lines, everything still
 * expected. Throws INPUT_INVALID when more arrived of an item than is expected.
 */
export async function receiveOrder(
  call: InventoryContext,
  change: OrderChange & {
    location: string;
    lines?: readonly { sku: string; quantity: number }[] | undefined;
  },
): Promise<OrderRecord> {
  const order = await orderToChange(call, change, ["sent", "partially_received"], "received");
  const location = await requireLocation(call, change.location);
  const expected = order.lines
    .filter((line) => line.outstanding > 0)
    .map((line) => ({ sku: line.sku, quantity: line.outstanding }));
  const arrived = change.lines ?? expected;
  const items = await requireItems(
    call,
    arrived.map((line) => line.sku),
  );
  const outstanding = new Map(order.lines.map((line) => [line.sku, line.outstanding]));
  const documentId = call.newId("rcv");
  for (const [index, item] of items.entries()) {
    const line = order.lines.find((candidate) => candidate.sku === item.sku);
    const quantity = arrived[index]?.quantity ?? 0;
    const left = outstanding.get(item.sku) ?? 0;
    if (line === undefined || quantity > left) throw tooMuch(order, item.sku, quantity, left);
    outstanding.set(item.sku, left - quantity);
    const received = line.quantity - left + quantity;
    await call.db
      .updateTable("inventory_purchase_order_line")
      .set({ received, outstanding: left - quantity })
      .where("purchase_order_id", "=", order.id)
      .where("item_id", "=", item.id)
      .execute();
    await recordMovement(call, {
      // The order's currency is the item's at the time of ordering; the cost is the one agreed then.
      item: { ...item, unit_cost: line.unit_cost },
      location,
      quantity,
      kind: "receipt",
      reference: order.ref,
      documentId,
    });
  }
  await call.link(order.ref, documentId, "receipt");
  const complete = [...outstanding.values()].every((left) => left === 0);
  await updateOrder(call, order, { status: complete ? "received" : "partially_received" });
  return await requireOrder(call, order.id);
}

async function orderToChange(
  call: InventoryContext,
  change: OrderChange,
  from: readonly OrderStatus[],
  to: OrderStatus,
): Promise<OrderRecord> {
  const order = await requireOrder(call, change.purchase_order_id);
  expectVersion({
    name: order.ref,
    record: order,
    expected: change.expected_version,
    readBy: "get_purchase_order",
  });
  if (from.includes(order.status)) return order;
  throw new RingmainError("STATE_INVALID", `${order.ref} is ${order.status}, so it cannot be ${to}.`, {
    hint: nextStep(order, from),
  });
}

function nextStep(order: OrderRecord, from: readonly OrderStatus[]): string {
  if (order.status === "draft") return "Send it first with send_purchase_order.";
  if (order.status === "sent" && order.message_id !== undefined) {
    return `Its message is ${order.message_id} (${order.outbox_status}); list_outbox shows it.`;
  }
  return `This works on orders that are ${from.join(" or ")}; list_purchase_orders filters by status.`;
}

async function updateOrder(
  call: InventoryContext,
  order: OrderRecord,
  update: { status: OrderStatus; sent_at?: string; cancel_reason?: string },
): Promise<void> {
  const version = order.version + 1;
  await call.db
    .updateTable("inventory_purchase_order")
    .set({ ...update, version, updated_at: call.now.toISOString() })
    .where("id", "=", order.id)
    .execute();
  call.changed("inventory_purchase_order", order.id, version);
}

function tooMuch(order: OrderRecord, sku: string, quantity: number, left: number): RingmainError {
  const expected = order.lines
    .filter((line) => line.outstanding > 0)
    .slice(0, 20)
    .map((line) => `${line.sku}: ${line.outstanding}`);
  return new RingmainError(
    "INPUT_INVALID",
    `${order.ref} expects ${left} of ${sku}; ${quantity} cannot be received.`,
    { hint: `Still expected: ${expected.join(", ")}. Book a surplus with adjust_stock.` },
  );
}
