import { RingmainError } from "../../../src/core/errors.ts";
import { decodeCursor, encodeCursor } from "../../../src/kit/fields.ts";
import type { ItemRecord, MovementRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import type { LocationRow } from "./locations.ts";
import { type Page, takePage } from "./pages.ts";
import { readLevel } from "./stock.ts";
import type { MovementKind } from "./tables.ts";

export interface NewMovement {
  item: Pick<ItemRecord, "id" | "sku" | "unit_cost" | "may_go_negative">;
  location: LocationRow;
  /** Signed units, not 0. */
  quantity: number;
  kind: MovementKind;
  reason?: string | undefined;
  reference?: string | undefined;
  transferId?: string | undefined;
  /** Cost of one unit; the item's own when left out. */
  unitCostMinor?: number | undefined;
}

/**
 * Writes one movement and returns its id. Throws STATE_INVALID when more would leave than is available at the
 * location, unless the item may go negative.
 */
export async function recordMovement(call: InventoryContext, movement: NewMovement): Promise<string> {
  const { item, location, quantity } = movement;
  if (quantity < 0 && !item.may_go_negative) await requireAvailable(call, item, location, -quantity);
  const id = call.newId("mov");
  await call.db
    .insertInto("inventory_movement")
    .values({
      id,
      item_id: item.id,
      location_id: location.id,
      quantity,
      kind: movement.kind,
      reason: movement.reason ?? null,
      reference: movement.reference ?? null,
      transfer_id: movement.transferId ?? null,
      unit_cost_minor: movement.unitCostMinor ?? item.unit_cost.minor,
      unit_cost_currency: item.unit_cost.currency,
      occurred_at: call.now.toISOString(),
    })
    .execute();
  call.changed("inventory_movement", id, 1);
  return id;
}

async function requireAvailable(
  call: InventoryContext,
  item: { id: string; sku: string },
  location: LocationRow,
  wanted: number,
): Promise<void> {
  const level = await readLevel(call, item, location);
  if (level.available >= wanted) return;
  throw new RingmainError(
    "STATE_INVALID",
    `${item.sku} has ${level.available} available at ${location.code} (${level.on_hand} on hand, ${level.reserved} reserved); ${wanted} cannot leave.`,
    {
      hint:
        level.reserved > 0
          ? "Take less, or release a reservation first (list_reservations, release_reservation)."
          : "Take less, or another location: get_stock shows where there is more.",
    },
  );
}

export interface MovementFilter {
  sku?: string | undefined;
  location?: string | undefined;
  kind?: readonly MovementKind[] | undefined;
  reference?: string | undefined;
  /** Calendar days in UTC, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

/** Movements, the newest first. */
export async function listMovements(
  call: InventoryContext,
  options: { filter: MovementFilter; limit: number; cursor?: string | undefined },
): Promise<Page<MovementRecord>> {
  const { filter } = options;
  let query = call.db
    .selectFrom("inventory_movement as movement")
    .innerJoin("inventory_item as item", "item.id", "movement.item_id")
    .innerJoin("inventory_location as location", "location.id", "movement.location_id")
    .selectAll("movement")
    .select(["item.sku as sku", "item.name as item_name", "location.code as location"])
    .orderBy("movement.occurred_at", "desc")
    .orderBy("movement.id", "desc")
    .limit(options.limit + 1);
  // By subquery, not by the joined column, so that the index of the item or the location gives the order.
  if (filter.sku !== undefined) {
    const item = call.db.selectFrom("inventory_item").select("id").where("sku", "=", filter.sku);
    query = query.where("movement.item_id", "=", item);
  }
  if (filter.location !== undefined) {
    const location = call.db
      .selectFrom("inventory_location")
      .select("id")
      .where("code", "=", filter.location);
    query = query.where("movement.location_id", "=", location);
  }
  if (filter.kind !== undefined) query = query.where("movement.kind", "in", filter.kind);
  if (filter.reference !== undefined) query = query.where("movement.reference", "=", filter.reference);
  if (filter.from !== undefined) query = query.where("movement.occurred_at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("movement.occurred_at", "<=", `${filter.to}T24`);
  if (options.cursor !== undefined) {
    const [at, id] = decodeCursor(options.cursor, 2).map(String);
    query = query.where((where) =>
      where(where.refTuple("movement.occurred_at", "movement.id"), "<", where.tuple(at ?? "", id ?? "")),
    );
  }
  const rows = await query.execute();
  return takePage(rows, options.limit, movementRecordOf, (row) => encodeCursor([row.occurred_at, row.id]));
}

function movementRecordOf(row: {
  id: string;
  occurred_at: string;
  sku: string;
  item_name: string;
  location: string;
  quantity: number;
  kind: MovementKind;
  reason: string | null;
  reference: string | null;
  transfer_id: string | null;
  unit_cost_minor: number;
  unit_cost_currency: string;
}): MovementRecord {
  return {
    id: row.id,
    occurred_at: row.occurred_at,
    sku: row.sku,
    item_name: row.item_name,
    location: row.location,
    quantity: row.quantity,
    kind: row.kind,
    reason: row.reason ?? undefined,
    reference: row.reference ?? undefined,
    transfer_id: row.transfer_id ?? undefined,
    unit_cost: { minor: row.unit_cost_minor, currency: row.unit_cost_currency },
  };
}
