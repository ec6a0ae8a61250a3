import type { CallContext } from "../../src/kit/define-tool.ts";
import type { ItemRecord } from "./records.ts";
import type { SampleItem } from "./seed-catalogue.ts";
import type { LocationRow } from "./store/locations.ts";
import { recordMovement } from "./store/movements.ts";
import { receiveOrder, sendOrder } from "./store/order-changes.ts";
import { createOrder } from "./store/purchase-orders.ts";
import type { InventoryTables, MovementKind } from "./store/tables.ts";

type Call = CallContext<InventoryTables>;

/** The rows that events refer to, read once. */
export interface SampleWorld {
  items: ReadonlyMap<string, ItemRecord>;
  locations: ReadonlyMap<string, LocationRow>;
}

/** Something that happened in the sample year. */
export interface SampleEvent {
  daysAgo: number;
  happen(call: Call, world: SampleWorld): Promise<unknown>;
}

/** What an item went through in the sample year, so that it ends with the stock of the catalogue. */
export interface ItemYear {
  item: SampleItem;
  /** Units it started with. */
  opening: number;
  /** Units that its supplier delivered in between. */
  received: number;
  /** Whether they came with the supplier's second delivery. */
  late: boolean;
  events: SampleEvent[];
}

const firstDelivery = 236.5;
const secondDelivery = 112.5;

/** Plans the year of an item: three shipments, a delivery, a transfer to a shop, now and then a breakage. */
export function yearOfItem(item: SampleItem, index: number): ItemYear {
  const vary = generator(index + 1);
  const scale = Math.max(item.onHand, 2 * item.reorderPoint);
  const shipped = [0, 1, 2].map(() => Math.max(1, Math.round(scale * (0.12 + 0.2 * vary()))));
  const broken = index % 9 === 4 ? 1 : 0;
  const [, , lastShipped = 1] = shipped;
  const delivery = Math.min(Math.max(1, Math.round(scale * 0.4)), item.onHand + lastShipped);
  const received = item.discontinued === true ? 0 : delivery;
  const opening = item.onHand + shipped.reduce((total, units) => total + units, 0) + broken - received;

  const events = shipped.map((quantity, order) =>
    move([310, 180, 80][order] ?? 80, vary, {
      sku: item.sku,
      quantity: -quantity,
      kind: "shipment",
      reference: `SO-${String(700 + order * 110 + index)}`,
    }),
  );
  if (broken > 0) {
    events.push(
      move(60, vary, { sku: item.sku, quantity: -broken, kind: "adjustment", reason: "Damaged in store" }),
    );
  }
  const moved = Math.floor(item.onHand / 4);
  if (moved > 0 && index % 3 !== 2) {
    const to = index % 3 === 0 ? "QUAY" : "NORTH";
    events.push({
      daysAgo: 40 + 10 * vary(),
      happen: (call, world) => transfer(call, world, item.sku, to, moved),
    });
  }
  return { item, opening, received, late: index % 2 === 1, events };
}

/** Plans a supplier's two deliveries of the year, each under a purchase order of two weeks before. */
export function yearOfSupplier(supplierId: string, years: readonly ItemYear[]): SampleEvent[] {
  return [false, true].flatMap((late) => {
    const delivered = years.filter((year) => year.late === late && year.item.discontinued !== true);
    const daysAgo = late ? secondDelivery : firstDelivery;
    let orderId = "";
    const order: SampleEvent = {
      daysAgo: daysAgo + 14,
      async happen(call, world) {
        const lines = delivered.map(({ item, received }) => ({
          item: atCostOfThen(lookUp(world.items, item.sku), late),
          quantity: received,
        }));
        orderId = await createOrder(call, { supplierId, lines });
        await sendOrder(call, { purchase_order_id: orderId });
        await markDelivered(call, orderId);
      },
    };
    const receipt: SampleEvent = {
      daysAgo,
      happen: (call) => receiveOrder(call, { purchase_order_id: orderId, location: "MAIN" }),
    };
    return [order, receipt];
  });
}

/** What suppliers took 4 % less for in the first delivery is a cost layer of its own. */
function atCostOfThen(item: ItemRecord, late: boolean): ItemRecord {
  const { minor, currency } = item.unit_cost;
  return late ? item : { ...item, unit_cost: { minor: Math.round(minor * 0.96), currency } };
}

/** The sample company's mail went out long ago: the outbox of a fresh workspace holds nothing to send. */
export async function markDelivered(call: Call, orderId: string): Promise<void> {
  await call.db
    .updateTable("inventory_outbox")
    .set({ status: "sent", version: 2 })
    .where("purchase_order_id", "=", orderId)
    .execute();
}

function move(
  daysAgo: number,
  vary: () => number,
  movement: { sku: string; quantity: number; kind: MovementKind; reference?: string; reason?: string },
): SampleEvent {
  return {
    daysAgo: daysAgo - 20 * vary(),
    happen(call, { items, locations }) {
      const { sku, ...rest } = movement;
      return recordMovement(call, { ...rest, item: lookUp(items, sku), location: lookUp(locations, "MAIN") });
    },
  };
}

async function transfer(
  call: Call,
  { items, locations }: SampleWorld,
  sku: string,
  to: string,
  quantity: number,
): Promise<void> {
  const item = lookUp(items, sku);
  const shared = {
    item,
    kind: "transfer",
    documentId: call.newId("trf"),
    reason: "Stock for the shop",
  } as const;
  await recordMovement(call, { ...shared, location: lookUp(locations, "MAIN"), quantity: -quantity });
  await recordMovement(call, { ...shared, location: lookUp(locations, to), quantity });
}

/** The value of a key that the sample data itself wrote. */
export function lookUp<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the sample data has no ${key}`);
  return value;
}

/** A small repeatable generator of numbers from 0 to 1 (mulberry32), so that every seed is the same. */
function generator(state: number): () => number {
  let value = Math.imul(state, 0x9e3779b1);
  return () => {
    value = (value + 0x6d2b79f5) | 0;
    let mixed = Math.imul(value ^ (value >>> 15), value | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
