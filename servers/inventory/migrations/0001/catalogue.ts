/**
 * What is kept, where, and from whom. The totals of an item (`on_hand` to `last_moved_at`) are sums over its ledger,
 * kept by triggers; the partial indexes over them are what low_stock reads, so that it touches low items only (the
 * column stands to the left of >=, as SQLite turns a comparison round before it looks for a partial index).
 */
export const catalogueTables = `
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
  costing_method TEXT NOT NULL CHECK (costing_method IN ('fifo', 'moving_average')),
  reorder_point INTEGER NOT NULL CHECK (reorder_point >= 0),
  target_quantity INTEGER CHECK (target_quantity > reorder_point),
  discontinued INTEGER NOT NULL CHECK (discontinued IN (0, 1)),
  may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1)),
  on_hand INTEGER NOT NULL DEFAULT 0,
  reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  on_order INTEGER NOT NULL DEFAULT 0 CHECK (on_order >= 0),
  fifo_value_minor INTEGER NOT NULL DEFAULT 0,
  average_value_minor INTEGER NOT NULL DEFAULT 0,
  last_moved_at TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX inventory_item_supplier ON inventory_item (supplier_id, sku);
CREATE INDEX inventory_item_low ON inventory_item (sku)
  WHERE discontinued = 0 AND supplier_id IS NOT NULL AND reorder_point >= on_hand - reserved + on_order;
CREATE INDEX inventory_item_low_supplier ON inventory_item (supplier_id, sku)
  WHERE discontinued = 0 AND supplier_id IS NOT NULL AND reorder_point >= on_hand - reserved + on_order;
`;
