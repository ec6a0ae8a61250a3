import { type RawBuilder, sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import { decodeCursor } from "../../../src/kit/pages.ts";
import type { ItemRecord, ListedItem } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { expiredUnits } from "./expiry.ts";
import { contains } from "./like.ts";
import { type Page, takePage } from "./pages.ts";

/** Items with their supplier and stock, by SKU. */
export async function searchItems(
  call: InventoryContext,
  options: {
    query?: string | undefined;
    supplier_id?: string | undefined;
    discontinued?: boolean | undefined;
    /** Id of a location: only items with stock there. */
    locationId?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<ItemRecord>> {
  let query = selectItems(call)
    .orderBy("item.sku")
    .limit(options.limit + 1);
  if (options.query !== undefined) {
    query = query.where(contains(["item.sku", "item.name", "item.external_id"], options.query));
  }
  if (options.supplier_id !== undefined) query = query.where("item.supplier_id", "=", options.supplier_id);
  if (options.discontinued !== undefined) {
    query = query.where("item.discontinued", "=", options.discontinued ? 1 : 0);
  }
  if (options.locationId !== undefined) query = query.where(isStockedAt(options.locationId));
  if (options.cursor !== undefined) {
    const [sku] = decodeCursor("items", options.cursor, 1).map(String);
    query = query.where("item.sku", ">", sku ?? "");
  }
  return takePage("items", await query.execute(), options.limit, itemRecordOf, (row) => [row.sku]);
}

/** The item of a SKU, or undefined. */
export async function findItem(call: InventoryContext, sku: string): Promise<ItemRecord | undefined> {
  const row = await selectItems(call).where("item.sku", "=", sku).executeTakeFirst();
  return row === undefined ? undefined : itemRecordOf(row);
}

/** The item of a SKU. Throws NOT_FOUND with SKUs that begin alike. */
export async function requireItem(call: InventoryContext, sku: string): Promise<ItemRecord> {
  const item = await findItem(call, sku);
  if (item !== undefined) return item;
  throw await unknownItem(call, sku);
}

/** The items of several SKUs in the order given, in one query. Throws NOT_FOUND for the first that does not exist. */
export async function requireItems(call: InventoryContext, skus: readonly string[]): Promise<ItemRecord[]> {
  if (skus.length === 0) return [];
  const rows = await selectItems(call)
    .where("item.sku", "in", [...new Set(skus)])
    .execute();
  const bySku = new Map(rows.map((row) => [foldCase(row.sku), row]));
  const items: ItemRecord[] = [];
  for (const sku of skus) {
    const row = bySku.get(foldCase(sku));
    if (row === undefined) throw await unknownItem(call, sku);
    items.push(itemRecordOf(row));
  }
  return items;
}

async function unknownItem(call: InventoryContext, sku: string): Promise<RingmainError> {
  const near = await call.db
    .selectFrom("inventory_item")
    .select("sku")
    .where("sku", ">=", sku.slice(0, 3))
    .where("sku", "<", `${sku.slice(0, 3)}\u{10FFFF}`)
    .orderBy("sku")
    .limit(8)
    .execute();
  const alike = near.length === 0 ? "" : `SKUs that begin alike: ${near.map((row) => row.sku).join(", ")}. `;
  return new RingmainError("NOT_FOUND", `There is no item ${JSON.stringify(sku)}.`, {
    hint: `${alike}search_items finds items by name; upsert_item adds one.`,
  });
}

/** An item as concise lists show it. */
export function conciseItem(item: ItemRecord): ListedItem {
  const {
    external_id: _externalId,
    costing_method: _costingMethod,
    target_quantity: _targetQuantity,
    may_go_negative: _mayGoNegative,
    created_at: _createdAt,
    updated_at: _updatedAt,
    ...rest
  } = item;
  return rest;
}

function isStockedAt(locationId: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from inventory_level as level
    where level.item_id = item.id and level.location_id = ${locationId} and level.on_hand <> 0)`;
}

function selectItems(call: InventoryContext) {
  return call.db
    .selectFrom("inventory_item as item")
    .leftJoin("inventory_supplier as supplier", "supplier.id", "item.supplier_id")
    .select(["item.id", "item.sku", "item.external_id", "item.name", "item.unit", "item.supplier_id"])
    .select(["item.unit_cost_minor", "item.unit_cost_currency", "item.costing_method"])
    .select(["item.reorder_point", "item.target_quantity", "item.discontinued", "item.may_go_negative"])
    .select(["item.on_hand", "item.on_order", "item.version", "item.created_at", "item.updated_at"])
    .select(sql<number>`item.reserved - ${expiredUnits(call, "item")}`.as("reserved"))
    .select("supplier.name as supplier_name");
}

type JoinedItem = Awaited<ReturnType<ReturnType<typeof selectItems>["executeTakeFirstOrThrow"]>>;

function itemRecordOf(row: JoinedItem): ItemRecord {
  const { unit_cost_minor, unit_cost_currency, supplier_id, supplier_name, ...rest } = row;
  return {
    ...rest,
    external_id: row.external_id ?? undefined,
    supplier_id: supplier_id ?? undefined,
    supplier:
      supplier_id === null || supplier_name === null ? undefined : { id: supplier_id, name: supplier_name },
    unit_cost: { minor: unit_cost_minor, currency: unit_cost_currency },
    target_quantity: row.target_quantity ?? undefined,
    discontinued: row.discontinued === 1,
    may_go_negative: row.may_go_negative === 1,
    available: row.on_hand - row.reserved,
  };
}

/** SKUs compare as SQLite's NOCASE does: ASCII letters only. */
function foldCase(sku: string): string {
  return sku.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
