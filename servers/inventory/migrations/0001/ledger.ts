/**
 * Movements and levels. A movement carries the totals of its item after it (units, value by FIFO, value by moving
 * average), so that the stock and its value at any date are one index seek an item. The instants of an item's
 * movements never go back, and the first trigger refuses a movement that does not add up to the totals before it.
 */
export const ledgerTables = `
CREATE TABLE inventory_movement (
  sequence INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  location_id TEXT NOT NULL REFERENCES inventory_location (id),
  quantity INTEGER NOT NULL CHECK (quantity <> 0),
  kind TEXT NOT NULL CHECK (kind IN ('opening', 'receipt', 'shipment', 'adjustment', 'count', 'transfer')),
  reason TEXT,
  reference TEXT,
  document_id TEXT,
  currency TEXT NOT NULL,
  unit_cost_minor INTEGER CHECK (unit_cost_minor >= 0),
  received_minor INTEGER NOT NULL CHECK (received_minor >= 0),
  fifo_cost_minor INTEGER NOT NULL,
  average_cost_minor INTEGER NOT NULL,
  on_hand_after INTEGER NOT NULL,
  fifo_value_after INTEGER NOT NULL,
  average_value_after INTEGER NOT NULL,
  occurred_at TEXT NOT NULL,
  CHECK (kind <> 'transfer' OR (received_minor = 0 AND fifo_cost_minor = 0 AND average_cost_minor = 0))
) STRICT;
CREATE INDEX inventory_movement_time ON inventory_movement (occurred_at, sequence);
CREATE INDEX inventory_movement_kind ON inventory_movement (kind, occurred_at, sequence);
CREATE INDEX inventory_movement_item ON inventory_movement (item_id, occurred_at, sequence);
CREATE INDEX inventory_movement_location ON inventory_movement (location_id, occurred_at, sequence);
CREATE INDEX inventory_movement_location_kind ON inventory_movement (location_id, kind, occurred_at, sequence);
CREATE INDEX inventory_movement_reference ON inventory_movement (reference, occurred_at, sequence)
  WHERE reference IS NOT NULL;
CREATE INDEX inventory_movement_document ON inventory_movement (document_id, occurred_at, sequence)
  WHERE document_id IS NOT NULL;

CREATE TRIGGER inventory_movement_no_update BEFORE UPDATE ON inventory_movement
BEGIN SELECT raise(ABORT, 'stock movements are append-only'); END;
CREATE TRIGGER inventory_movement_no_delete BEFORE DELETE ON inventory_movement
BEGIN SELECT raise(ABORT, 'stock movements are append-only'); END;
CREATE TRIGGER inventory_movement_adds_up BEFORE INSERT ON inventory_movement
WHEN NOT EXISTS (
  SELECT 1 FROM inventory_item
  WHERE id = NEW.item_id
    AND unit_cost_currency = NEW.currency
    AND on_hand + NEW.quantity = NEW.on_hand_after
    AND fifo_value_minor + NEW.received_minor - NEW.fifo_cost_minor = NEW.fifo_value_after
    AND average_value_minor + NEW.received_minor - NEW.average_cost_minor = NEW.average_value_after
    AND coalesce(last_moved_at, '') <= NEW.occurred_at)
BEGIN SELECT raise(ABORT, 'stock movements are append-only, and each adds up to the one before'); END;

CREATE TABLE inventory_level (
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  location_id TEXT NOT NULL REFERENCES inventory_location (id),
  on_hand INTEGER NOT NULL,
  reserved INTEGER NOT NULL CHECK (reserved >= 0),
  PRIMARY KEY (item_id, location_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX inventory_level_location ON inventory_level (location_id, item_id) WHERE on_hand <> 0;

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
  UPDATE inventory_item
  SET on_hand = NEW.on_hand_after, fifo_value_minor = NEW.fifo_value_after,
    average_value_minor = NEW.average_value_after, last_moved_at = NEW.occurred_at
  WHERE id = NEW.item_id;
END;
`;
