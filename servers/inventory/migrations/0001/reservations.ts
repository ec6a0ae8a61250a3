/**
 * Promises of stock. A reservation whose `expires_at` has passed holds nothing from that instant on, whether or not
 * its row says `expired` yet: reads leave it out by the time of the call, writes store it as they meet it.
 */
export const reservationTables = `
CREATE TABLE inventory_reservation (
  id TEXT NOT NULL PRIMARY KEY,
  reference TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'unfilled', 'shipped', 'released', 'expired')),
  expires_at TEXT,
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
  held INTEGER NOT NULL CHECK (held >= 0),
  shipped INTEGER NOT NULL DEFAULT 0 CHECK (shipped >= 0),
  expires_at TEXT,
  PRIMARY KEY (reservation_id, item_id, location_id),
  CHECK (held + shipped <= quantity)
) STRICT;
CREATE INDEX inventory_reservation_hold_item ON inventory_reservation_hold (item_id) WHERE held > 0;
CREATE INDEX inventory_reservation_hold_expiry ON inventory_reservation_hold (item_id, expires_at, location_id)
  WHERE held > 0 AND expires_at IS NOT NULL;

CREATE TRIGGER inventory_reservation_hold_level AFTER INSERT ON inventory_reservation_hold
BEGIN
  INSERT INTO inventory_level (item_id, location_id, on_hand, reserved)
  VALUES (NEW.item_id, NEW.location_id, 0, NEW.held)
  ON CONFLICT (item_id, location_id) DO UPDATE SET reserved = reserved + excluded.reserved;
  UPDATE inventory_item SET reserved = reserved + NEW.held WHERE id = NEW.item_id;
END;
CREATE TRIGGER inventory_reservation_hold_change AFTER UPDATE OF held ON inventory_reservation_hold
BEGIN
  UPDATE inventory_level SET reserved = reserved + NEW.held - OLD.held
  WHERE item_id = NEW.item_id AND location_id = NEW.location_id;
  UPDATE inventory_item SET reserved = reserved + NEW.held - OLD.held WHERE id = NEW.item_id;
END;
CREATE TRIGGER inventory_reservation_hold_no_delete BEFORE DELETE ON inventory_reservation_hold
BEGIN SELECT raise(ABORT, 'a hold is released, never deleted'); END;
`;
