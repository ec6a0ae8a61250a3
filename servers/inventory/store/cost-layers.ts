import { sql } from "kysely";
import type { InventoryContext } from "./context.ts";
import { type CostedMove, type FifoPlan, type OpenLayer, planFifo } from "./costing.ts";

/** Layers read at a time; a movement seldom reaches beyond a few. */
const batch = 50;

/** Plans a movement of an item by FIFO from its stored layers. Writes nothing. */
export async function planFromLayers(
  call: InventoryContext,
  item: { id: string; onHand: number },
  move: CostedMove,
): Promise<FifoPlan> {
  const isWithLayers = move.quantity < 0 ? item.onHand > 0 : item.onHand < 0;
  return planFifo(isWithLayers ? await readLayers(call, item.id, Math.abs(move.quantity)) : [], move);
}

/** Stores a plan once its movement is written: a row for each layer used, and the layer that it opened. */
export async function storeFifoPlan(
  call: InventoryContext,
  plan: FifoPlan,
  movement: { sequence: number; itemId: string; unitCostMinor: number },
): Promise<void> {
  for (const { sequence, quantity } of plan.uses) {
    await call.db
      .insertInto("inventory_layer_use")
      .values({ movement_sequence: movement.sequence, layer_sequence: sequence, quantity })
      .execute();
  }
  if (plan.opened === 0) return;
  await call.db
    .insertInto("inventory_cost_layer")
    .values({
      sequence: movement.sequence,
      item_id: movement.itemId,
      quantity: plan.opened,
      unit_cost_minor: movement.unitCostMinor,
      remaining: plan.opened,
    })
    .execute();
}

/** The oldest open layers of an item that together hold the units, or all of them. */
async function readLayers(call: InventoryContext, itemId: string, units: number): Promise<OpenLayer[]> {
  const layers: OpenLayer[] = [];
  let missing = units;
  let last = 0;
  while (missing > 0) {
    const rows = await call.db
      .selectFrom("inventory_cost_layer")
      .select(["sequence", "remaining", "unit_cost_minor as unitCostMinor"])
      .where("item_id", "=", itemId)
      // as a literal: SQLite uses a partial index only for a condition that it can read
      .where(sql<boolean>`remaining <> 0`)
      .where("sequence", ">", last)
      .orderBy("sequence")
      .limit(batch)
      .execute();
    layers.push(...rows);
    for (const row of rows) missing -= Math.abs(row.remaining);
    last = rows.at(-1)?.sequence ?? last;
    if (rows.length < batch) break;
  }
  return layers;
}
