import type { CallContext } from "../../src/kit/define-tool.ts";
import { seedServer } from "../../src/kit/seed.ts";
import { definition } from "./definition.ts";
import type { ItemRecord } from "./records.ts";
import { sampleItems, sampleSuppliers } from "./seed-catalogue.ts";
import {
  lookUp,
  markDelivered,
  type SampleEvent,
  type SampleWorld,
  yearOfItem,
  yearOfSupplier,
} from "./seed-history.ts";
import { type LocationRow, upsertLocation } from "./store/locations.ts";
import { receiveOrder, sendOrder } from "./store/order-changes.ts";
import { createOrder } from "./store/purchase-orders.ts";
import { releaseReservation } from "./store/reservations.ts";
import { reserveStock } from "./store/reserve.ts";
import { upsertSupplier } from "./store/suppliers.ts";
import type { InventoryTables } from "./store/tables.ts";
import { upsertItem } from "./store/upsert-item.ts";

const sampleLocations = [
  ["MAIN", "Main warehouse"],
  ["QUAY", "Quayside shop"],
  ["NORTH", "North pier store"],
] as const;

type Call = CallContext<InventoryTables>;

/**
 * Writes a year of the sample company's stock, ending at `call.now`, through the same functions as the tools.
 * Nine items of four suppliers end at or below their reorder point; CHAIN-12 is as low, but on order, and
 * OILS-XL is discontinued. Returns how many rows of each kind were made.
 */
export async function seed(call: Call): Promise<Record<string, number>> {
  const opened = before(call, 365);
  const locations = new Map<string, LocationRow>();
  for (const [code, name] of sampleLocations) {
    locations.set(code, await upsertLocation(opened, { code, name }));
  }
  const supplierIds = new Map<string, string>();
  for (const supplier of sampleSuppliers) {
    supplierIds.set(supplier.external_id, (await upsertSupplier(opened, { ...supplier })).id);
  }

  const years = sampleItems.map((item, index) => yearOfItem(item, index));
  const items = new Map<string, ItemRecord>();
  for (const { item, opening } of years) {
    const stored = await upsertItem(before(call, 364), {
      sku: item.sku,
      name: item.name,
      unit: item.unit,
      supplier_external_id: item.supplier,
      unit_cost: { minor: item.cost, currency: "EUR" },
      reorder_point: item.reorderPoint,
      discontinued: item.discontinued ?? false,
      opening: { location: "MAIN", on_hand: opening, on_order: 0 },
    });
    items.set(stored.sku, stored);
  }
  const events: SampleEvent[] = [
    ...years.flatMap((year) => year.events),
    ...[...supplierIds].flatMap(([supplier, id]) =>
      yearOfSupplier(
        id,
        years.filter((year) => year.item.supplier === supplier),
      ),
    ),
    ...presentOrders(supplierIds),
    ...reservations(),
  ];
  events.sort((a, b) => b.daysAgo - a.daysAgo);
  for (const event of events) await event.happen(before(call, event.daysAgo), { items, locations });
  return await countRows(call);
}

/** The orders that are open today. */
function presentOrders(supplierIds: ReadonlyMap<string, string>): SampleEvent[] {
  const order = (
    call: Call,
    { items }: SampleWorld,
    supplier: string,
    lines: readonly (readonly [string, number])[],
  ) =>
    createOrder(call, {
      supplierId: lookUp(supplierIds, supplier),
      lines: lines.map(([sku, quantity]) => ({ item: lookUp(items, sku), quantity })),
    });
  let partial = "";
  return [
    {
      daysAgo: 21,
      async happen(call, world) {
        partial = await order(call, world, "FENDERS", [
          ["FEND-L", 20],
          ["FEND-COR", 12],
        ]);
        await sendOrder(call, { purchase_order_id: partial });
        await markDelivered(call, partial);
      },
    },
    {
      daysAgo: 9,
      happen: (call) =>
        receiveOrder(call, {
          purchase_order_id: partial,
          location: "MAIN",
          lines: [{ sku: "FEND-L", quantity: 12 }],
        }),
    },
    {
      daysAgo: 6,
      async happen(call, world) {
        const id = await order(call, world, "ANCHORS", [
          ["CHAIN-12", 120],
          ["ANODE-H", 40],
        ]);
        await sendOrder(call, { purchase_order_id: id });
        await markDelivered(call, id);
      },
    },
    { daysAgo: 1.2, happen: (call, world) => order(call, world, "ANCHORS", [["ANCH-25", 6]]) },
  ];
}

function reservations(): SampleEvent[] {
  const reserve = (daysAgo: number, reference: string, ...lines: readonly (readonly [string, number])[]) => ({
    daysAgo,
    happen: (call: Call) =>
      reserveStock(call, {
        reference,
        allow_partial: true,
        lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
      }),
  });
  return [
    {
      daysAgo: 30,
      async happen(call) {
        const lines = [{ sku: "ANCH-10", quantity: 2 }];
        const { reservation_id } = await reserveStock(call, {
          reference: "SO-1031",
          allow_partial: false,
          lines,
        });
        const reason = "Order cancelled by the customer";
        await releaseReservation(before(call, -4), { reservation_id, reason });
      },
    },
    reserve(5.4, "SO-1042", ["ROPE-16", 6], ["SHAC-12", 12]),
    reserve(4.1, "SO-1043", ["FEND-L", 6], ["CLEAT-M", 8]),
    reserve(2.3, "SO-1047", ["TURN-10", 4], ["LIFE-AD", 10]),
    reserve(1.5, "SO-1049", ["OILS-XL", 6], ["HORN-GAS", 4]),
  ];
}

/** The same call, made a number of days earlier. */
function before(call: Call, days: number): Call {
  return { ...call, now: new Date(call.now.getTime() - days * 86_400_000) };
}

async function countRows(call: Call): Promise<Record<string, number>> {
  const count = async (table: keyof InventoryTables) => {
    const row = await call.db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return row.count;
  };
  return {
    locations: await count("inventory_location"),
    suppliers: await count("inventory_supplier"),
    items: await count("inventory_item"),
    movements: await count("inventory_movement"),
    reservations: await count("inventory_reservation"),
    purchase_orders: await count("inventory_purchase_order"),
  };
}

if (import.meta.main) await seedServer(definition, seed);
