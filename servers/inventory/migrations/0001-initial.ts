import type { Migration } from "../../../src/db/migrate.ts";

/**
 * The stock ledger. Movements are append-only; `inventory_level` is what they and the holds add up to, kept by
 * triggers so that no code path can forget it. The two guards on it are the last line of "available is never
 * negative": the tools refuse earlier, with a message a caller can use.
 */
export const initial: Migration = {
  version: 1,
  name: "initial",
  sql: `
CREATE TABLE inventory_location (
  id TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

INSERT INTO inventory_location (id, code, name, version, created_at, updated_at)
VALUES ('loc_main', 'MAIN', 'Main warehouse', 1, strftime('%Y-%m-%dT%H:%M:%fZ'), strftime('%Y-%m-%dT%H:%M:%fZ'));

CREATE TABLE inventory_supplier (
  id TEXT NOT NULL PRIMARY KEY,
  external_id TEXT UNIQUE,
  name TEXT NOT NULL,
  email TEXT,
  phone TEXT,
  country TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_supplier_name ON inventory_supplier (name, id);

CREATE TABLE inventory_item (
  id TEXT NOT NULL PRIMARY KEY,
  sku TEXT NOT NULL COLLATE NOCASE UNIQUE,
  external_id TEXT UNIQUE,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  supplier_id TEXT REFERENCES inventory_supplier (id),
  unit_cost_minor INTEGER NOT NULL CHECK (unit_cost_minor >= 0),
  unit_cost_currency TEXT NOT NULL,
  reorder_point INTEGER NOT NULL CHECK (reorder_point >= 0),
  target_quantity INTEGER CHECK (target_quantity > reorder_point),
  discontinued INTEGER NOT NULL CHECK (discontinued IN (0, 1)),
  may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1)),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_item_supplier ON inventory_item (supplier_id, sku);

CREATE TABLE inventory_movement (
  id TEXT NOT NULL PRIMARY KEY,
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  location_id TEXT NOT NULL REFERENCES inventory_location (id),
  quantity INTEGER NOT NULL CHECK (quantity <> 0),
  kind TEXT NOT NULL CHECK (kind IN ('opening', 'receipt', 'shipment', 'adjustment', 'transfer')),
  reason TEXT,
  reference TEXT,
  transfer_id TEXT,
  unit_cost_minor INTEGER NOT NULL,
  unit_cost_currency TEXT NOT NULL,
  occurred_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_movement_time ON inventory_movement (occurred_at, id);
CREATE INDEX inventory_movement_kind ON inventory_movement (kind, occurred_at, id);
CREATE INDEX inventory_movement_item ON inventory_movement (item_id, occurred_at, id);
CREATE INDEX inventory_movement_location ON inventory_movement (location_id, occurred_at, id);
CREATE INDEX inventory_movement_reference ON inventory_movement (reference, occurred_at, id) WHERE reference IS NOT NULL;

CREATE TRIGGER inventory_movement_no_update BEFORE UPDATE ON inventory_movement
BEGIN SELECT raise(ABORT, 'stock movements are append-only'); END;
CREATE TRIGGER inventory_movement_no_delete BEFORE DELETE ON inventory_movement
BEGIN SELECT raise(ABORT, 'stock movements are append-only'); END;

CREATE TABLE inventory_level (
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  location_id TEXT NOT NULL REFERENCES inventory_location (id),
  on_hand INTEGER NOT NULL,
  reserved INTEGER NOT NULL CHECK (reserved >= 0),
  PRIMARY KEY (item_id, location_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER inventory_level_guard_insert AFTER INSERT ON inventory_level
WHEN NEW.on_hand < NEW.reserved AND NOT (SELECT may_go_negative FROM inventory_item WHERE id = NEW.item_id)
BEGIN SELECT raise(ABORT, 'available stock would be negative'); END;
CREATE TRIGGER inventory_level_guard_update AFTER UPDATE ON inventory_level
WHEN NEW.on_hand < NEW.reserved AND NOT (SELECT may_go_negative FROM inventory_item WHERE id = NEW.item_id)
BEGIN SELECT raise(ABORT, 'available stock would be negative'); END;

CREATE TRIGGER inventory_movement_level AFTER INSERT ON inventory_movement
BEGIN
  INSERT INTO inventory_level (item_id, location_id, on_hand, reserved)
  VALUES (NEW.item_id, NEW.location_id, NEW.quantity, 0)
  ON CONFLICT (item_id, location_id) DO UPDATE SET on_hand = on_hand + excluded.on_hand;
END;

CREATE TABLE inventory_reservation (
  id TEXT NOT NULL PRIMARY KEY,
  reference TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'unfilled', 'released')),
  release_reason TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_reservation_time ON inventory_reservation (created_at, id);
CREATE INDEX inventory_reservation_status ON inventory_reservation (status, created_at, id);
CREATE INDEX inventory_reservation_reference ON inventory_reservation (reference, created_at, id);

CREATE TABLE inventory_reservation_line (
  reservation_id TEXT NOT NULL REFERENCES inventory_reservation (id),
  line_number INTEGER NOT NULL,
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  requested INTEGER NOT NULL CHECK (requested > 0),
  reserved INTEGER NOT NULL CHECK (reserved BETWEEN 0 AND requested),
  PRIMARY KEY (reservation_id, line_number),
  UNIQUE (reservation_id, item_id)
) STRICT;
CREATE INDEX inventory_reservation_line_item ON inventory_reservation_line (item_id);

CREATE TABLE inventory_reservation_hold (
  reservation_id TEXT NOT NULL REFERENCES inventory_reservation (id),
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  location_id TEXT NOT NULL REFERENCES inventory_location (id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  held INTEGER NOT NULL CHECK (held BETWEEN 0 AND quantity),
  PRIMARY KEY (reservation_id, item_id, location_id)
) STRICT;
CREATE INDEX inventory_reservation_hold_item ON inventory_reservation_hold (item_id) WHERE held > 0;

CREATE TRIGGER inventory_reservation_hold_level AFTER INSERT ON inventory_reservation_hold
BEGIN
  INSERT INTO inventory_level (item_id, location_id, on_hand, reserved)
  VALUES (NEW.item_id, NEW.location_id, 0, NEW.held)
  ON CONFLICT (item_id, location_id) DO UPDATE SET reserved = reserved + excluded.reserved;
END;
CREATE TRIGGER inventory_reservation_hold_change AFTER UPDATE OF held ON inventory_reservation_hold
BEGIN
  UPDATE inventory_level SET reserved = reserved + NEW.held - OLD.held
  WHERE item_id = NEW.item_id AND location_id = NEW.location_id;
END;
CREATE TRIGGER inventory_reservation_hold_no_delete BEFORE DELETE ON inventory_reservation_hold
BEGIN SELECT raise(ABORT, 'a hold is released, never deleted'); END;

CREATE TABLE inventory_purchase_order (
  id TEXT NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  supplier_id TEXT NOT NULL REFERENCES inventory_supplier (id),
  status TEXT NOT NULL CHECK (status IN ('draft', 'sent', 'partially_received', 'received', 'cancelled')),
  currency TEXT NOT NULL,
  total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
  sent_at TEXT,
  cancel_reason TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_purchase_order_status ON inventory_purchase_order (status, number);
CREATE INDEX inventory_purchase_order_supplier ON inventory_purchase_order (supplier_id, number);
CREATE INDEX inventory_purchase_order_time ON inventory_purchase_order (created_at, number);

CREATE TABLE inventory_purchase_order_line (
  purchase_order_id TEXT NOT NULL REFERENCES inventory_purchase_order (id),
  line_number INTEGER NOT NULL,
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  ordered INTEGER NOT NULL CHECK (ordered > 0),
  received INTEGER NOT NULL CHECK (received BETWEEN 0 AND ordered),
  outstanding INTEGER NOT NULL CHECK (outstanding IN (0, ordered - received)),
  unit_cost_minor INTEGER NOT NULL CHECK (unit_cost_minor >= 0),
  PRIMARY KEY (purchase_order_id, line_number),
  UNIQUE (purchase_order_id, item_id)
) STRICT;
CREATE INDEX inventory_purchase_order_line_item ON inventory_purchase_order_line (item_id);
CREATE INDEX inventory_purchase_order_line_outstanding
  ON inventory_purchase_order_line (item_id, outstanding) WHERE outstanding > 0;

CREATE TABLE inventory_outbox (
  id TEXT NOT NULL PRIMARY KEY,
  purchase_order_id TEXT NOT NULL REFERENCES inventory_purchase_order (id),
  supplier_id TEXT NOT NULL REFERENCES inventory_supplier (id),
  to_address TEXT,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'failed', 'cancelled')),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_outbox_time ON inventory_outbox (created_at, id);
CREATE INDEX inventory_outbox_status ON inventory_outbox (status, created_at, id);
CREATE INDEX inventory_outbox_order ON inventory_outbox (purchase_order_id);
`,
};
