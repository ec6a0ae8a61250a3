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

interface ItemTable extends RecordRow {
  sku: string;
  external_id: string | null;
  name: string;
  unit: string;
  supplier_id: string | null;
  unit_cost_minor: number;
  unit_cost_currency: string;
  reorder_point: number;
  target_quantity: number | null;
  /** 0 or 1. */
  discontinued: number;
  /** 0 or 1. */
  may_go_negative: number;
}

export const movementKinds = ["opening", "receipt", "shipment", "adjustment", "transfer"] as const;
export type MovementKind = (typeof movementKinds)[number];

/** Append-only: triggers refuse UPDATE and DELETE. */
interface MovementTable {
  id: string;
  item_id: string;
  location_id: string;
  /** Signed: what came in is positive. */
  quantity: number;
  kind: MovementKind;
  reason: string | null;
  reference: string | null;
  /** The same on both movements of a transfer. */
  transfer_id: string | null;
  /** What one unit cost when it moved. */
  unit_cost_minor: number;
  unit_cost_currency: string;
  occurred_at: string;
}

/** Kept by triggers on movements and holds; nothing else writes it. */
interface LevelTable {
  item_id: string;
  location_id: string;
  on_hand: number;
  reserved: number;
}

export const reservationStatuses = ["active", "unfilled", "released"] as const;
export type ReservationStatus = (typeof reservationStatuses)[number];

interface ReservationTable extends RecordRow {
  reference: string;
  status: ReservationStatus;
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

/** Where the units are held; `held` falls to 0 on release. */
interface ReservationHoldTable {
  reservation_id: string;
  item_id: string;
  location_id: string;
  quantity: number;
  held: number;
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

export const messageStatuses = ["queued", "sent", "failed", "cancelled"] as const;
export type MessageStatus = (typeof messageStatuses)[number];

interface OutboxTable extends RecordRow {
  purchase_order_id: string;
  supplier_id: string;
  to_address: string | null;
  subject: string;
  body: string;
  status: MessageStatus;
}

/** Every table of the inventory server. */
export interface InventoryTables {
  inventory_location: LocationTable;
  inventory_supplier: SupplierTable;
  inventory_item: ItemTable;
  inventory_movement: MovementTable;
  inventory_level: LevelTable;
  inventory_reservation: ReservationTable;
  inventory_reservation_line: ReservationLineTable;
  inventory_reservation_hold: ReservationHoldTable;
  inventory_purchase_order: PurchaseOrderTable;
  inventory_purchase_order_line: PurchaseOrderLineTable;
  inventory_outbox: OutboxTable;
}
