/** Stocktakes. `count_id` is the caller's own, so that posting the same count again is seen. */
export const countTables = `
CREATE TABLE inventory_count (
  id TEXT NOT NULL PRIMARY KEY,
  count_id TEXT NOT NULL UNIQUE,
  location_id TEXT NOT NULL REFERENCES inventory_location (id),
  reason TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE inventory_count_line (
  count_id TEXT NOT NULL REFERENCES inventory_count (id),
  line_number INTEGER NOT NULL,
  item_id TEXT NOT NULL REFERENCES inventory_item (id),
  expected INTEGER NOT NULL,
  counted INTEGER NOT NULL CHECK (counted >= 0),
  movement_sequence INTEGER REFERENCES inventory_movement (sequence),
  PRIMARY KEY (count_id, line_number),
  UNIQUE (count_id, item_id),
  CHECK ((movement_sequence IS NULL) = (expected = counted))
) STRICT;
CREATE INDEX inventory_count_line_item ON inventory_count_line (item_id);
`;
