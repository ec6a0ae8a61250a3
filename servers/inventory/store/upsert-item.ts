import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { Money } from "../../../src/kit/fields.ts";
import type { ItemRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { expireHolds } from "./expiry.ts";
import { findItem, requireItem } from "./items.ts";
import { requireLocation } from "./locations.ts";
import { recordMovement } from "./movements.ts";
import { openOrder } from "./purchase-orders.ts";
import { readLevels } from "./stock.ts";
import { requireSupplier, requireSupplierByExternalId } from "./suppliers.ts";
import type { CostingMethod } from "./tables.ts";

export interface ItemInput {
  sku: string;
  external_id?: string | undefined;
  name?: string | undefined;
  unit?: string | undefined;
  supplier_id?: string | undefined;
  supplier_external_id?: string | undefined;
  unit_cost?: Money | undefined;
  costing_method?: CostingMethod | undefined;
  reorder_point?: number | undefined;
  target_quantity?: number | undefined;
  discontinued?: boolean | undefined;
  may_go_negative?: boolean | undefined;
  opening?: { location: string; on_hand: number; on_order: number } | undefined;
  expected_version?: number | undefined;
}

/**
 * Creates the item of a SKU, with its opening stock, or changes the members given. Unchanged input changes
 * nothing; the opening of an item that exists is left out of account, so that an import can be repeated.
 */
export async function upsertItem(
  call: InventoryContext,
  input: ItemInput,
): Promise<ItemRecord & { created: boolean }> {
  if (input.unit_cost !== undefined) requireCurrency(input.unit_cost.currency);
  const current = await findItem(call, input.sku);
  expectVersion({
    name: `Item ${current?.sku ?? input.sku}`,
    record: current,
    expected: input.expected_version,
    readBy: current === undefined ? "search_items" : "get_stock",
  });
  if (current !== undefined) {
    await updateItem(call, current, input);
    return { ...(await requireItem(call, input.sku)), created: false };
  }
  const id = await insertItem(call, input);
  const item = await requireItem(call, input.sku);
  if (input.opening !== undefined) await openStock(call, item, input.opening);
  call.changed("inventory_item", id, 1);
  return { ...(await requireItem(call, input.sku)), created: true };
}

async function insertItem(call: InventoryContext, input: ItemInput): Promise<string> {
  const { name, unit_cost } = input;
  if (name === undefined || unit_cost === undefined) {
    throw new RingmainError("INPUT_INVALID", `${input.sku} is a new item and needs a name and a unit_cost.`, {
      hint: "Add them, or correct the SKU if you meant an item that exists (search_items).",
    });
  }
  const columns = {
    external_id: input.external_id ?? null,
    name,
    unit: input.unit ?? "piece",
    supplier_id: (await resolveSupplier(call, input)) ?? null,
    unit_cost_minor: unit_cost.minor,
    unit_cost_currency: unit_cost.currency,
    costing_method: input.costing_method ?? ("fifo" as const),
    reorder_point: input.reorder_point ?? 0,
    target_quantity: input.target_quantity ?? null,
    discontinued: input.discontinued === true ? 1 : 0,
    may_go_negative: input.may_go_negative === true ? 1 : 0,
  };
  await requireConsistent(call, columns, undefined);
  const at = call.now.toISOString();
  const id = call.newId("itm");
  await call.db
    .insertInto("inventory_item")
    .values({ ...columns, id, sku: input.sku, version: 1, created_at: at, updated_at: at })
    .execute();
  return id;
}

async function updateItem(call: InventoryContext, current: ItemRecord, input: ItemInput): Promise<void> {
  const stored = {
    external_id: current.external_id ?? null,
    name: current.name,
    unit: current.unit,
    supplier_id: current.supplier_id ?? null,
    unit_cost_minor: current.unit_cost.minor,
    unit_cost_currency: current.unit_cost.currency,
    costing_method: current.costing_method,
    reorder_point: current.reorder_point,
    target_quantity: current.target_quantity ?? null,
    discontinued: current.discontinued ? 1 : 0,
    may_go_negative: current.may_go_negative ? 1 : 0,
  };
  const next = {
    external_id: input.external_id ?? stored.external_id,
    name: input.name ?? stored.name,
    unit: input.unit ?? stored.unit,
    supplier_id: (await resolveSupplier(call, input)) ?? stored.supplier_id,
    unit_cost_minor: input.unit_cost?.minor ?? stored.unit_cost_minor,
    unit_cost_currency: input.unit_cost?.currency ?? stored.unit_cost_currency,
    costing_method: input.costing_method ?? stored.costing_method,
    reorder_point: input.reorder_point ?? stored.reorder_point,
    target_quantity: input.target_quantity ?? stored.target_quantity,
    discontinued: Number(input.discontinued ?? current.discontinued),
    may_go_negative: Number(input.may_go_negative ?? current.may_go_negative),
  };
  if (JSON.stringify(next) === JSON.stringify(stored)) return;
  await requireSameBooks(call, next, current);
  await requireConsistent(call, next, current);
  const version = current.version + 1;
  await call.db
    .updateTable("inventory_item")
    .set({ ...next, version, updated_at: call.now.toISOString() })
    .where("id", "=", current.id)
    .execute();
  call.changed("inventory_item", current.id, version);
}

async function resolveSupplier(call: InventoryContext, input: ItemInput): Promise<string | undefined> {
  if (input.supplier_id !== undefined && input.supplier_external_id !== undefined) {
    throw new RingmainError("INPUT_INVALID", "Give supplier_id or supplier_external_id, not both.", {
      hint: "supplier_id is Ringmain's own id; supplier_external_id is the id in the system you import from.",
    });
  }
  if (input.supplier_id !== undefined) return (await requireSupplier(call, input.supplier_id)).id;
  if (input.supplier_external_id === undefined) return undefined;
  return (await requireSupplierByExternalId(call, input.supplier_external_id)).id;
}

/** What the columns of an item must satisfy together, whichever of them a caller changed. */
async function requireConsistent(
  call: InventoryContext,
  next: {
    external_id: string | null;
    reorder_point: number;
    target_quantity: number | null;
    may_go_negative: number;
  },
  current: ItemRecord | undefined,
): Promise<void> {
  if (next.target_quantity !== null && next.target_quantity <= next.reorder_point) {
    throw new RingmainError(
      "INPUT_INVALID",
      `target_quantity (${next.target_quantity}) must be above reorder_point (${next.reorder_point}).`,
      { hint: "Otherwise an item that was just reordered would be low again. Raise target_quantity." },
    );
  }
  if (next.external_id !== null && next.external_id !== current?.external_id) {
    const owner = await call.db
      .selectFrom("inventory_item")
      .select("sku")
      .where("external_id", "=", next.external_id)
      .executeTakeFirst();
    if (owner !== undefined) {
      throw new RingmainError("CONFLICT", `external_id ${next.external_id} belongs to ${owner.sku}.`, {
        hint: `Leave external_id out, or upsert ${owner.sku} instead.`,
      });
    }
  }
  if (current?.may_go_negative === true && next.may_go_negative === 0) {
    await expireHolds(call, [current.id]);
    const below = (await readLevels(call, current.id)).find((level) => level.available < 0);
    if (below !== undefined) {
      throw new RingmainError(
        "STATE_INVALID",
        `${current.sku} has ${below.available} available at ${below.location}, so it may go negative until that is filled.`,
        { hint: "Receive, transfer or adjust stock there first; then set may_go_negative to false." },
      );
    }
  }
}

/** Costs that are booked stay comparable: neither the currency nor the method changes under them (IAS 2.25). */
async function requireSameBooks(
  call: InventoryContext,
  next: { unit_cost_currency: string; costing_method: CostingMethod },
  current: ItemRecord,
): Promise<void> {
  const isNewCurrency = next.unit_cost_currency !== current.unit_cost.currency;
  if (!isNewCurrency && next.costing_method === current.costing_method) return;
  const { last_moved_at } = await call.db
    .selectFrom("inventory_item")
    .select("last_moved_at")
    .where("id", "=", current.id)
    .executeTakeFirstOrThrow();
  const isOrdered = isNewCurrency && current.on_order > 0;
  if (last_moved_at === null && !isOrdered) return;
  const what = isNewCurrency
    ? `currency stays ${current.unit_cost.currency}`
    : `costing method stays ${current.costing_method}`;
  const why = last_moved_at === null ? "it is on order" : "it has movements";
  throw new RingmainError("STATE_INVALID", `The ${what} for ${current.sku}: ${why}.`, {
    hint: "Set it before the first movement or order. To change it, sell this item off and add another under a new SKU.",
  });
}

async function openStock(
  call: InventoryContext,
  item: ItemRecord,
  opening: { location: string; on_hand: number; on_order: number },
): Promise<void> {
  const location = await requireLocation(call, opening.location);
  if (opening.on_hand > 0) {
    await recordMovement(call, {
      item,
      location,
      quantity: opening.on_hand,
      kind: "opening",
      reason: "Opening stock",
    });
  }
  if (opening.on_order === 0) return;
  const { supplier } = item;
  if (supplier === undefined) {
    throw new RingmainError("INPUT_INVALID", `${item.sku} is on order, so it needs a supplier.`, {
      hint: "Give supplier_id or supplier_external_id, or set opening.on_order to 0.",
    });
  }
  await openOrder(call, { supplier, item, quantity: opening.on_order });
}
