/**
 * FIFO cost layers. A layer is what came in at one unit cost; a negative one is what left before it came in, at the
 * cost that was assumed. `remaining` only moves towards zero, and each step is a row of `inventory_layer_use`.
 * Costs by day are sums over movements, so that a year's cost of goods sold does not read a year's movements.
 */
export const costTables = `
CREATE TABLE inventory_cost_layer (
  sequence INTEGER NOT NULL PRIMARY KEY REFERENCES inventory_movement (sequence),
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  quantity INTEGER NOT NULL CHECK (quantity <> 0),
  unit_cost_minor INTEGER NOT NULL CHECK (unit_cost_minor >= 0),
  remaining INTEGER NOT NULL,
  CHECK (remaining BETWEEN min(0, quantity) AND max(0, quantity))
) STRICT;
CREATE INDEX inventory_cost_layer_open ON inventory_cost_layer (item_id, sequence) WHERE remaining <> 0;

CREATE TABLE inventory_layer_use (
  movement_sequence INTEGER NOT NULL REFERENCES inventory_movement (sequence),
  layer_sequence INTEGER NOT NULL REFERENCES inventory_cost_layer (sequence),
  quantity INTEGER NOT NULL CHECK (quantity <> 0),
  PRIMARY KEY (movement_sequence, layer_sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER inventory_cost_layer_fixed BEFORE UPDATE ON inventory_cost_layer
WHEN NEW.sequence <> OLD.sequence OR NEW.item_id <> OLD.item_id OR NEW.quantity <> OLD.quantity
  OR NEW.unit_cost_minor <> OLD.unit_cost_minor OR abs(NEW.remaining) >= abs(OLD.remaining)
BEGIN SELECT raise(ABORT, 'a cost layer is only ever used up'); END;
CREATE TRIGGER inventory_cost_layer_no_delete BEFORE DELETE ON inventory_cost_layer
BEGIN SELECT raise(ABORT, 'a cost layer is only ever used up'); END;
CREATE TRIGGER inventory_layer_use_no_update BEFORE UPDATE ON inventory_layer_use
BEGIN SELECT raise(ABORT, 'uses of cost layers are append-only'); END;
CREATE TRIGGER inventory_layer_use_no_delete BEFORE DELETE ON inventory_layer_use
BEGIN SELECT raise(ABORT, 'uses of cost layers are append-only'); END;
CREATE TRIGGER inventory_layer_use_layer AFTER INSERT ON inventory_layer_use
BEGIN
  UPDATE inventory_cost_layer SET remaining = remaining - NEW.quantity WHERE sequence = NEW.layer_sequence;
END;

CREATE TABLE inventory_cost_day (
  day TEXT NOT NULL,
  currency TEXT NOT NULL,
  kind TEXT NOT NULL,
  received_minor INTEGER NOT NULL,
  fifo_cost_minor INTEGER NOT NULL,
  average_cost_minor INTEGER NOT NULL,
  PRIMARY KEY (day, currency, kind)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER inventory_movement_cost_day AFTER INSERT ON inventory_movement
WHEN NEW.kind <> 'transfer'
BEGIN
  INSERT INTO inventory_cost_day (day, currency, kind, received_minor, fifo_cost_minor, average_cost_minor)
  VALUES (substr(NEW.occurred_at, 1, 10), NEW.currency, NEW.kind, NEW.received_minor, NEW.fifo_cost_minor,
    NEW.average_cost_minor)
  ON CONFLICT (day, currency, kind) DO UPDATE SET received_minor = received_minor + excluded.received_minor,
    fifo_cost_minor = fifo_cost_minor + excluded.fifo_cost_minor,
    average_cost_minor = average_cost_minor + excluded.average_cost_minor;
END;
`;
