/** Purchase orders and the messages that carry them. What they still expect is added up in `inventory_item.on_order`. */
export const orderTables = `
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
CREATE INDEX inventory_purchase_order_draft ON inventory_purchase_order (supplier_id, number) WHERE status = 'draft';

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

CREATE TRIGGER inventory_purchase_order_line_made AFTER INSERT ON inventory_purchase_order_line
BEGIN
  UPDATE inventory_item SET on_order = on_order + NEW.outstanding WHERE id = NEW.item_id;
END;
CREATE TRIGGER inventory_purchase_order_line_change AFTER UPDATE OF outstanding ON inventory_purchase_order_line
BEGIN
  UPDATE inventory_item SET on_order = on_order + NEW.outstanding - OLD.outstanding WHERE id = NEW.item_id;
END;
CREATE TRIGGER inventory_purchase_order_line_no_delete BEFORE DELETE ON inventory_purchase_order_line
BEGIN SELECT raise(ABORT, 'an order line is cancelled, never deleted'); END;

CREATE TABLE inventory_outbox (
  id TEXT NOT NULL PRIMARY KEY,
  purchase_order_id TEXT NOT NULL REFERENCES inventory_purchase_order (id),
  supplier_id TEXT NOT NULL REFERENCES inventory_supplier (id),
  -- Absent while the supplier has no address.
  recipient TEXT,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'cancelled')),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  next_attempt_at TEXT,
  last_error TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_outbox_time ON inventory_outbox (created_at, id);
CREATE INDEX inventory_outbox_status ON inventory_outbox (status, created_at, id);
CREATE INDEX inventory_outbox_supplier ON inventory_outbox (supplier_id, created_at, id);
CREATE INDEX inventory_outbox_order ON inventory_outbox (purchase_order_id);
`;
