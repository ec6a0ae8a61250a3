import type { Generated } from "kysely";

/** Members that every record row has. Times are RFC 3339 in UTC; versions count from 1. */
interface RecordRow {
  id: string;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface LocationTable extends RecordRow {
  code: string;
  name: string;
}

export interface SupplierTable extends RecordRow {
  external_id: string | null;
  name: string;
  email: string | null;
  phone: string | null;
  country: string | null;
}

export const costingMethods = ["fifo", "moving_average"] as const;
export type CostingMethod = (typeof costingMethods)[number];

interface ItemTable extends RecordRow {
  sku: string;
  external_id: string | null;
  name: string;
  unit: string;
  supplier_id: string | null;
  unit_cost_minor: number;
  unit_cost_currency: string;
  costing_method: CostingMethod;
  reorder_point: number;
  target_quantity: number | null;
  /** 0 or 1. */
  discontinued: number;
  /** 0 or 1. */
  may_go_negative: number;
  /** From here on: sums over the item's ledger, kept by triggers; nothing else writes them. */
  on_hand: Generated<number>;
  /** What holds take, those of expired reservations that no write has met yet included. */
  reserved: Generated<number>;
  on_order: Generated<number>;
  fifo_value_minor: Generated<number>;
  average_value_minor: Generated<number>;
  last_moved_at: Generated<string | null>;
}

export const movementKinds = ["opening", "receipt", "shipment", "adjustment", "count", "transfer"] as const;
export type MovementKind = (typeof movementKinds)[number];

/** Append-only: triggers refuse UPDATE and DELETE. Costs are in minor units of `currency`. */
interface MovementTable {
  /** The order of writing, which is the order of an item's costs. */
  sequence: Generated<number>;
  id: string;
  item_id: string;
  location_id: string;
  /** Signed: what came in is positive. */
  quantity: number;
  kind: MovementKind;
  reason: string | null;
  reference: string | null;
  /** The same on all movements of one transfer, shipment, receipt or count. */
  document_id: string | null;
  currency: string;
  /** What one unit came in at; null for what went out or was transferred. */
  unit_cost_minor: number | null;
  /** The value that came in: quantity × unit cost; 0 for what went out or was transferred. */
  received_minor: number;
  /** What the movement cost by each method: value before + received − cost = value after. */
  fifo_cost_minor: number;
  average_cost_minor: number;
  /** The item's totals over all locations, after the movement. */
  on_hand_after: number;
  fifo_value_after: number;
  average_value_after: number;
  occurred_at: string;
}

/** What came in at one unit cost, or (negative) left before it came in. Only used up, never changed. */
interface CostLayerTable {
  /** That of the movement which made it. */
  sequence: number;
  item_id: string;
  quantity: number;
  unit_cost_minor: number;
  /** What is left of the quantity; a trigger on uses takes it down. */
  remaining: number;
}

/** Append-only. */
interface LayerUseTable {
  movement_sequence: number;
  layer_sequence: number;
  /** Has the sign of the layer. */
  quantity: number;
}

/** Sums over movements by UTC day, kept by a trigger. */
interface CostDayTable {
  day: string;
  currency: string;
  kind: MovementKind;
  received_minor: number;
  fifo_cost_minor: number;
  average_cost_minor: number;
}

/** Kept by triggers on movements and holds; nothing else writes it. */
interface LevelTable {
  item_id: string;
  location_id: string;
  on_hand: number;
  reserved: number;
}

export const reservationStatuses = ["active", "unfilled", "shipped", "released", "expired"] as const;
export type ReservationStatus = (typeof reservationStatuses)[number];

interface ReservationTable extends RecordRow {
  reference: string;
  /** `active` also stands on a reservation that expired and that no write has met since. */
  status: ReservationStatus;
  expires_at: string | null;
  release_reason: string | null;
}

/** What was asked for and what could be held when the reservation was made, one line an item. */
interface ReservationLineTable {
  reservation_id: string;
  line_number: number;
  item_id: string;
  requested: number;
  reserved: number;
}

/** Where the units are held; `held` falls as they are shipped, released or expire. */
interface ReservationHoldTable {
  reservation_id: string;
  item_id: string;
  location_id: string;
  quantity: number;
  held: number;
  shipped: Generated<number>;
  /** That of the reservation. */
  expires_at: string | null;
}

export const orderStatuses = ["draft", "sent", "partially_received", "received", "cancelled"] as const;
export type OrderStatus = (typeof orderStatuses)[number];

interface PurchaseOrderTable extends RecordRow {
  /** Gapless, from 1; shown as PO-0001. */
  number: number;
  supplier_id: string;
  status: OrderStatus;
  currency: string;
  total_minor: number;
  sent_at: string | null;
  cancel_reason: string | null;
}

interface PurchaseOrderLineTable {
  purchase_order_id: string;
  line_number: number;
  item_id: string;
  ordered: number;
  received: number;
  /** What is still expected: ordered less received while the order is open, 0 once it is cancelled. */
  outstanding: number;
  unit_cost_minor: number;
}

export const messageStatuses = ["queued", "sending", "sent", "failed", "unknown", "cancelled"] as const;
export type MessageStatus = (typeof messageStatuses)[number];

interface OutboxTable extends RecordRow {
  purchase_order_id: string;
  supplier_id: string;
  /** Null while the supplier has no address. */
  recipient: string | null;
  subject: string;
  body: string;
  status: MessageStatus;
  attempts: number;
  /** When it is tried (again); while it is being sent, until when it is its sender's. */
  next_attempt_at: string | null;
  last_error: string | null;
}

interface CountTable extends RecordRow {
  /** The caller's own id of the count. */
  count_id: string;
  location_id: string;
  reason: string | null;
}

interface CountLineTable {
  /** `id` of the count. */
  count_id: string;
  line_number: number;
  item_id: string;
  /** On hand when the count was posted. */
  expected: number;
  counted: number;
  movement_sequence: number | null;
}

/** Every table of the inventory server. */
export interface InventoryTables {
  inventory_location: LocationTable;
  inventory_supplier: SupplierTable;
  inventory_item: ItemTable;
  inventory_movement: MovementTable;
  inventory_level: LevelTable;
  inventory_cost_layer: CostLayerTable;
  inventory_layer_use: LayerUseTable;
  inventory_cost_day: CostDayTable;
  inventory_reservation: ReservationTable;
  inventory_reservation_line: ReservationLineTable;
  inventory_reservation_hold: ReservationHoldTable;
  inventory_purchase_order: PurchaseOrderTable;
  inventory_purchase_order_line: PurchaseOrderLineTable;
  inventory_outbox: OutboxTable;
  inventory_count: CountTable;
  inventory_count_line: CountLineTable;
}
