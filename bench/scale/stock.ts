import type { DatabaseSync } from "node:sqlite";
import { newId } from "../../src/core/ids.ts";
import { dayBefore } from "./books.ts";
import type { Random } from "./random.ts";

const created = "2026-01-01T00:00:00.000Z";
const stamp = `1, '${created}', '${created}'`;

export interface StockSize {
  items: number;
  movements: number;
  /** The day after the last one of the year that the movements are spread over. */
  end: Date;
}

/** An item while its history is written. */
interface Ledger {
  id: string;
  onHand: number;
  fifoValue: number;
  averageValue: number;
  layers: { sequence: number; remaining: number; cost: number }[];
}

/**
 * Writes a year of stock movements into the tables of the inventory server, all their triggers at work: receipts make
 * cost layers, shipments use them up first in, first out. Call it within a transaction.
 */
export function writeStock(database: DatabaseSync, size: StockSize, random: Random): void {
  const prepared = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null)[]) => void statement.run(...values);
  };
  const addSupplier = prepared(
    `INSERT INTO inventory_supplier (id, name, email, version, created_at, updated_at) VALUES (?, ?, ?, ${stamp})`,
  );
  const addItem = prepared(
    `INSERT INTO inventory_item (id, sku, name, unit, supplier_id, unit_cost_minor, unit_cost_currency, costing_method,
       reorder_point, discontinued, may_go_negative, version, created_at, updated_at)
     VALUES (?, ?, ?, 'pcs', ?, ?, 'EUR', 'fifo', ?, 0, 0, ${stamp})`,
  );
  const addMovement = prepared(
    `INSERT INTO inventory_movement (sequence, id, item_id, location_id, quantity, kind, currency, unit_cost_minor,
       received_minor, fifo_cost_minor, average_cost_minor, on_hand_after, fifo_value_after, average_value_after, occurred_at)
     VALUES (?, ?, ?, 'loc_main', ?, ?, 'EUR', ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addLayer = prepared(
    "INSERT INTO inventory_cost_layer (sequence, item_id, quantity, unit_cost_minor, remaining) VALUES (?, ?, ?, ?, ?)",
  );
  const addUse = prepared(
    "INSERT INTO inventory_layer_use (movement_sequence, layer_sequence, quantity) VALUES (?, ?, ?)",
  );

  const suppliers = Array.from({ length: 200 }, (_, index) => {
    const id = newId("sup");
    addSupplier(id, `Supplier ${index + 1}`, `orders@supplier${index + 1}.example`);
    return id;
  });
  const ledgers = Array.from({ length: size.items }, (_, index): Ledger => {
    const id = newId("itm");
    const sku = `SKU-${String(index + 1).padStart(5, "0")}`;
    const supplier = suppliers[index % suppliers.length] ?? null;
    addItem(id, sku, `Item ${index + 1}`, supplier, random.between(100, 9_000), random.between(0, 15));
    return { id, onHand: 0, fifoValue: 0, averageValue: 0, layers: [] };
  });

  for (let sequence = 1; sequence <= size.movements; sequence += 1) {
    const ledger = ledgers[(sequence - 1) % ledgers.length];
    if (ledger === undefined) return;
    const day = dayBefore(size.end, 365 - Math.floor((sequence / size.movements) * 364));
    const at = `${day}T10:00:00.000Z`;
    const move = (quantity: number, kind: string, cost: number | null, values: [number, number, number]) => {
      const [received, fifo, average] = values;
      ledger.onHand += quantity;
      ledger.fifoValue += received - fifo;
      ledger.averageValue += received - average;
      const after = [ledger.onHand, ledger.fifoValue, ledger.averageValue];
      addMovement(
        sequence,
        newId("mov"),
        ledger.id,
        quantity,
        kind,
        cost,
        received,
        fifo,
        average,
        ...after,
        at,
      );
    };
    if (ledger.onHand < 5 || random.next() < 0.2) {
      const quantity = random.between(20, 60);
      const cost = random.between(100, 9_000);
      move(quantity, "receipt", cost, [quantity * cost, 0, 0]);
      addLayer(sequence, ledger.id, quantity, cost, quantity);
      ledger.layers.push({ sequence, remaining: quantity, cost });
      continue;
    }
    const quantity = random.between(1, Math.min(5, ledger.onHand));
    const average = Math.round((ledger.averageValue * quantity) / ledger.onHand);
    const uses: [layer: number, quantity: number][] = [];
    let left = quantity;
    let fifo = 0;
    for (const layer of ledger.layers) {
      const used = Math.min(left, layer.remaining);
      layer.remaining -= used;
      left -= used;
      fifo += used * layer.cost;
      uses.push([layer.sequence, used]);
      if (left === 0) break;
    }
    ledger.layers = ledger.layers.filter(({ remaining }) => remaining > 0);
    move(-quantity, "shipment", null, [0, fifo, average]);
    for (const [layer, used] of uses) addUse(sequence, layer, used);
  }
}
