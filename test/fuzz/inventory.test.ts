import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { definition } from "../../servers/inventory/definition.ts";
import { seed } from "../../servers/inventory/seed.ts";
import { expectSoundOrders, expectSoundStock, type Stock } from "../unit/servers/inventory/sound-stock.ts";
import { expectWhole, type FuzzPlan, fuzzTogether, fuzzTools, fuzzViews, oneOf } from "./fuzz-server.ts";
import { openWatched, type Watched } from "./open-watched.ts";

const quantity = fc.integer({ min: 1, max: 20 });
const order = (reader: DatabaseSync, ...statuses: string[]) =>
  oneOf(
    reader,
    `SELECT id FROM inventory_purchase_order WHERE status IN (${statuses.map((status) => `'${status}'`).join()})`,
  );
const reservation = (reader: DatabaseSync) =>
  oneOf(reader, "SELECT id FROM inventory_reservation WHERE status = 'active'");
const stocked = (reader: DatabaseSync) =>
  oneOf(reader, "SELECT sku FROM inventory_item WHERE discontinued = 0");
const place = (reader: DatabaseSync) => oneOf(reader, "SELECT code FROM inventory_location");
const reason = fc.constant("Meant");

const plan: FuzzPlan = {
  aliases: { location: "code", from: "code", to: "code" },
  meant: {
    create_purchase_order: (reader) =>
      oneOf(reader, "SELECT id FROM inventory_supplier").chain((supplier_id) => {
        const sku = oneOf(reader, `SELECT sku FROM inventory_item WHERE supplier_id = '${supplier_id}'`);
        const lines = fc.uniqueArray(fc.record({ sku, quantity }), {
          selector: (line) => line.sku,
          minLength: 1,
          maxLength: 4,
        });
        return fc.record({ supplier_id: fc.constant(supplier_id), lines });
      }),
    send_purchase_order: (reader) => fc.record({ purchase_order_id: order(reader, "draft") }),
    receive_purchase_order: (reader) =>
      fc.record({ purchase_order_id: order(reader, "sent", "partially_received"), location: place(reader) }),
    cancel_purchase_order: (reader) =>
      fc.record({ purchase_order_id: order(reader, "draft", "sent"), reason }),
    reserve_stock: (reader) =>
      fc.record({
        reference: fc.uuid(),
        lines: fc.uniqueArray(fc.record({ sku: stocked(reader), quantity }), {
          selector: (line) => line.sku,
          minLength: 1,
          maxLength: 3,
        }),
        allow_partial: fc.boolean(),
      }),
    ship_reservation: (reader) => fc.record({ reservation_id: reservation(reader) }),
    release_reservation: (reader) => fc.record({ reservation_id: reservation(reader), reason }),
    transfer_stock: (reader) =>
      fc.record({ sku: stocked(reader), from: fc.constant("MAIN"), to: place(reader), quantity }),
  },
};

/** The server's stock as it is now. */
function stockOf(server: Watched): Stock {
  server.stopClock();
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { result, error } = await server.call({ name, arguments: args });
    if (error !== undefined) throw error;
    return JSON.parse(result ?? "null");
  };
  return {
    call,
    async all(name, args = {}) {
      const items = [];
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await call(name, { ...args, limit: 100, ...(cursor !== undefined && { cursor }) });
        items.push(...page.items);
        cursor = page.next_cursor;
      }
      return items;
    },
    rows: (query) => server.reader.prepare(query).all(),
    contextNow: () => ({ now: server.now() }),
  };
}

test("whatever the inventory server is called with, it answers or refuses, and never half", async () => {
  using server = await openWatched(definition, seed);
  const outcomes = await fuzzTools(server, plan);
  await fuzzTogether(server, plan);
  await fuzzViews(server);
  const stock = stockOf(server);
  await expectSoundStock(stock);
  expectSoundOrders(stock);
  expectWhole(server);
  expect(Object.keys(outcomes)).toHaveLength(definition.tools.length);
});
