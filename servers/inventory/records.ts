import { z } from "zod";
import { instant, money } from "../../src/kit/fields.ts";
import { mark } from "../../src/kit/mark.ts";
import { units, version } from "./fields.ts";
import {
  costingMethods,
  messageStatuses,
  movementKinds,
  orderStatuses,
  reservationStatuses,
} from "./store/tables.ts";

const recordFields = {
  version,
  created_at: instant.describe("When the record was made."),
  updated_at: instant.describe("When the record last changed."),
};

const externalId = z.string().optional().describe("The id in the system it was imported from.");
export const itemSku = z.string().describe("Stock keeping unit.");
export const locationCode = z.string().describe("Location code.");

const supplierLink = z
  .strictObject({ id: z.string().describe("Supplier id."), name: z.string().describe("Supplier name.") })
  .describe("The supplier.");

export const locationRecord = z.strictObject({
  id: z.string().describe("Location id."),
  code: z.string().describe("What other tools take as location."),
  name: z.string().describe("Name for people."),
  ...recordFields,
});
export type LocationRecord = z.infer<typeof locationRecord>;

export const supplierRecord = z.strictObject({
  id: z.string().describe("Supplier id."),
  external_id: externalId,
  name: z.string().describe("Name of the company."),
  email: mark(z.string(), "personal")
    .optional()
    .describe("Where purchase orders go. Without one they wait in the outbox."),
  phone: mark(z.string(), "personal").optional().describe("Telephone number."),
  country: z.string().optional().describe("Country, as it was entered."),
  ...recordFields,
});
export type SupplierRecord = z.infer<typeof supplierRecord>;

const stockTotals = {
  on_hand: units.describe("Units in all locations: the sum of all movements."),
  reserved: units.describe("Units held by active reservations."),
  available: units.describe("on_hand less reserved."),
  on_order: units.describe(
    "Units still expected from purchase orders that are draft, sent or partially received.",
  ),
};

export const costingMethod = z
  .enum(costingMethods)
  .describe("How what leaves is costed in the item's books: oldest layers first, or at the average.");

export const itemRecord = z.strictObject({
  id: z.string().describe("Item id."),
  sku: itemSku,
  external_id: externalId,
  name: z.string().describe("Name of the item."),
  unit: z.string().describe("The unit that quantities count, e.g. piece or metre."),
  supplier_id: z.string().optional().describe("Supplier id; absent when none is set."),
  supplier: supplierLink.optional(),
  unit_cost: money.describe("What one unit costs from the supplier, net."),
  costing_method: costingMethod,
  reorder_point: units.describe("low_stock lists the item when available + on_order is at or below this."),
  target_quantity: units
    .optional()
    .describe("What reordering fills up to; when absent, twice the reorder point."),
  discontinued: z.boolean().describe("Sold off, never reordered."),
  may_go_negative: z
    .boolean()
    .describe("Whether more may be reserved or shipped than there is (back-order)."),
  ...stockTotals,
  ...recordFields,
});
export type ItemRecord = z.infer<typeof itemRecord>;

/** An item in a list: the members after `on_order` only in detailed results. */
export const listedItem = itemRecord.partial({
  external_id: true,
  costing_method: true,
  target_quantity: true,
  may_go_negative: true,
  created_at: true,
  updated_at: true,
});
export type ListedItem = z.infer<typeof listedItem>;

export const levelRecord = z.strictObject({
  location: locationCode,
  name: z.string().describe("Name of the location."),
  on_hand: units.describe("Units at this location."),
  reserved: units.describe("Units of them held by active reservations."),
  available: units.describe("on_hand less reserved."),
});
export type LevelRecord = z.infer<typeof levelRecord>;

export const movementRecord = z.strictObject({
  id: z.string().describe("Movement id."),
  occurred_at: instant.describe("When the units moved."),
  item_id: z.string().describe("Item id."),
  sku: itemSku,
  item_name: z.string().describe("Name of the item."),
  location: locationCode,
  quantity: units.describe("Signed units: positive came in, negative went out."),
  kind: z.enum(movementKinds).describe("What moved the units."),
  reason: z.string().optional().describe("Why, in words."),
  reference: z.string().optional().describe("What it belongs to, e.g. PO-0007."),
  document_id: z
    .string()
    .optional()
    .describe(
      "The same on all movements of one transfer (trf_), shipment (shp_), receipt (rcv_) or count (cnt_).",
    ),
  unit_cost: money
    .optional()
    .describe("What one unit came in at; absent for what went out or was transferred."),
  value: money.describe("Signed change of the stock's value by the item's costing method; 0 for a transfer."),
  costing_method: costingMethod.optional(),
  fifo_cost: money
    .optional()
    .describe(
      "Only in detailed results: what the movement cost by FIFO. Value before + received - cost = after.",
    ),
  moving_average_cost: money.optional().describe("Only in detailed results: the same by moving average."),
  on_hand_after: units.optional().describe("Only in detailed results: units in all locations after it."),
  fifo_value_after: money
    .optional()
    .describe("Only in detailed results: value of the item by FIFO after it."),
  moving_average_value_after: money
    .optional()
    .describe("Only in detailed results: the same by moving average."),
});
export type MovementRecord = z.infer<typeof movementRecord>;

export const reservationRecord = z.strictObject({
  reservation_id: z.string().describe("Reservation id."),
  reference: z.string().describe("What the stock is held for."),
  status: z
    .enum(reservationStatuses)
    .describe(
      "active holds stock; unfilled could hold nothing; shipped, released and expired hold nothing any more.",
    ),
  reserved: z
    .array(z.strictObject({ sku: itemSku, quantity: units }))
    .describe("What is held now. Items of which nothing is held are left out."),
  shortages: z
    .array(
      z.strictObject({
        sku: itemSku,
        requested: units.describe("Units asked for."),
        reserved: units.describe("Units that could be held."),
        missing: units.describe("requested less reserved."),
      }),
    )
    .describe("What could not be held when the reservation was made; empty when everything was."),
  requested_quantity: units.describe("Units asked for, over all lines."),
  reserved_quantity: units.describe("Units held now, over all lines."),
  shipped_quantity: units.describe("Units shipped from it so far, over all lines."),
  picks: z
    .array(z.strictObject({ sku: itemSku, location: locationCode, quantity: units }))
    .optional()
    .describe("Where it holds what; in lists only in detailed results."),
  shipped: z
    .array(z.strictObject({ sku: itemSku, quantity: units }))
    .optional()
    .describe("What was shipped from it; in lists only in detailed results."),
  expires_at: instant.optional().describe("From then on it holds nothing; absent when it never expires."),
  release_reason: z.string().optional().describe("Why it was released."),
  ...recordFields,
});
export type ReservationRecord = z.infer<typeof reservationRecord>;

export const shippedLine = z.strictObject({
  movement_id: z.string().describe("The movement that was written."),
  sku: itemSku,
  location: locationCode,
  quantity: units.describe("Units that left."),
  costing_method: costingMethod,
  cost: money.describe("Cost of goods sold by that method."),
});
export type ShippedLine = z.infer<typeof shippedLine>;

const orderHead = {
  id: z.string().describe("Purchase order id."),
  ref: z.string().describe("Number for people, e.g. PO-0007."),
  status: z.enum(orderStatuses).describe("draft, sent and partially_received are open."),
  supplier_id: z.string().describe("Supplier id."),
  supplier: supplierLink,
  total: money.describe("Sum of ordered quantity times unit cost, net."),
  sent_at: instant.optional().describe("When it was sent."),
  cancel_reason: z.string().optional().describe("Why it was cancelled."),
  message_id: z
    .string()
    .optional()
    .describe("The message in the outbox that carries it; list_outbox shows it."),
  outbox_status: z.enum(messageStatuses).optional().describe("queued until it is delivered."),
};

export const orderSummary = z.strictObject({
  ...orderHead,
  line_count: z.int().describe("Number of lines; get_purchase_order shows them."),
  outstanding: units.describe("Units still expected, over all lines."),
  ...recordFields,
});
export type OrderSummary = z.infer<typeof orderSummary>;

export const orderRecord = z.strictObject({
  ...orderHead,
  lines: z
    .array(
      z.strictObject({
        sku: itemSku,
        name: z.string().describe("Name of the item."),
        quantity: units.describe("Units ordered."),
        received: units.describe("Units received so far."),
        outstanding: units.describe("Units still expected."),
        unit_cost: money.describe("Agreed net cost of one unit."),
      }),
    )
    .describe("What was ordered."),
  ...recordFields,
});
export type OrderRecord = z.infer<typeof orderRecord>;

export const messageRecord = z.strictObject({
  id: z.string().describe("Message id."),
  status: z
    .enum(messageStatuses)
    .describe(
      "queued: not mailed yet. sending: being mailed. sent: the mail server took it. failed: mailing was given up. " +
        "unknown: it may have been mailed or not; it is not tried again. cancelled: with its order.",
    ),
  attempts: z.int().describe("How often mailing was tried."),
  next_attempt_at: instant
    .optional()
    .describe("When a queued message is tried again; absent when it is due."),
  last_error: mark(z.string(), "personal").optional().describe("Why the last try failed."),
  to: mark(z.string(), "personal").optional().describe("E-mail address; absent while the supplier has none."),
  subject: z.string().describe("Subject line."),
  body: mark(z.string(), "personal").optional().describe("The text; only in detailed results."),
  supplier_id: z.string().describe("Supplier id."),
  supplier: supplierLink,
  purchase_order_id: z.string().describe("The purchase order that the message carries."),
  purchase_order_ref: z.string().describe("Its number for people."),
  ...recordFields,
});
export type MessageRecord = z.infer<typeof messageRecord>;

export const lowStockItem = z.strictObject({
  id: z.string().describe("Item id."),
  sku: itemSku,
  name: z.string().describe("Name of the item."),
  unit: z.string().describe("The unit that quantities count."),
  supplier_id: z.string().describe("Supplier id; group by it to make one order a supplier."),
  supplier: supplierLink,
  available: stockTotals.available,
  on_order: stockTotals.on_order,
  reorder_point: units.describe("The level at or below which the item is low."),
  suggested_quantity: units.describe(
    "Units to order: up to target_quantity, or twice the reorder point; at least 1.",
  ),
  unit_cost: money.describe("What one unit costs from the supplier, net."),
});
export type LowStockItem = z.infer<typeof lowStockItem>;
