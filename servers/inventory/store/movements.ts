import { RingmainError } from "../../../src/core/errors.ts";
import type { ItemRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { planFromLayers, storeFifoPlan } from "./cost-layers.ts";
import { averageCost, type FifoPlan, wholeMinor } from "./costing.ts";
import { expireHolds } from "./expiry.ts";
import type { LocationRow } from "./locations.ts";
import { readLevel } from "./stock.ts";
import type { MovementKind } from "./tables.ts";

export interface NewMovement {
  item: Pick<ItemRecord, "id" | "sku" | "unit_cost" | "may_go_negative" | "costing_method">;
  location: LocationRow;
  /** Signed units, not 0. */
  quantity: number;
  kind: MovementKind;
  reason?: string | undefined;
  reference?: string | undefined;
  /** The same for all movements of one transfer, shipment, receipt or count. */
  documentId?: string | undefined;
  /** What a unit comes in at; the item's own unit cost when left out. */
  unitCostMinor?: number | undefined;
}

export interface BookedMovement {
  id: string;
  sequence: number;
  /** What the movement cost by the item's costing method. */
  costMinor: number;
  /** The signed change of the stock's value by that method: what came in less the cost. */
  valueMinor: number;
}

/**
 * Writes one movement with its costs by both methods (see costing.ts). Throws STATE_INVALID when more would leave
 * than is available at the location, unless the item may go negative.
 */
export async function recordMovement(call: InventoryContext, movement: NewMovement): Promise<BookedMovement> {
  const { item, location, quantity, kind } = movement;
  await expireHolds(call, [item.id]);
  if (quantity < 0 && !item.may_go_negative) await requireAvailable(call, item, location, -quantity);
  const before = await readTotals(call, item.id);
  const unitCostMinor = movement.unitCostMinor ?? item.unit_cost.minor;
  const costs = await planCosts(call, { before, itemId: item.id, kind, quantity, unitCostMinor });
  const id = call.newId("mov");
  const { sequence } = await call.db
    .insertInto("inventory_movement")
    .values({
      id,
      item_id: item.id,
      location_id: location.id,
      quantity,
      kind,
      reason: movement.reason ?? null,
      reference: movement.reference ?? null,
      document_id: movement.documentId ?? null,
      currency: item.unit_cost.currency,
      unit_cost_minor: costs.isInward ? unitCostMinor : null,
      received_minor: costs.received,
      fifo_cost_minor: costs.fifo.costMinor,
      average_cost_minor: costs.average,
      on_hand_after: wholeMinor(before.on_hand + quantity),
      fifo_value_after: wholeMinor(before.fifo_value_minor + costs.received - costs.fifo.costMinor),
      average_value_after: wholeMinor(before.average_value_minor + costs.received - costs.average),
      occurred_at: instantOf(call, before),
    })
    .returning("sequence")
    .executeTakeFirstOrThrow();
  await storeFifoPlan(call, costs.fifo, { sequence, itemId: item.id, unitCostMinor });
  call.changed("inventory_movement", id, 1);
  const costMinor = item.costing_method === "fifo" ? costs.fifo.costMinor : costs.average;
  return { id, sequence, costMinor, valueMinor: costs.received - costMinor };
}

type Totals = Awaited<ReturnType<typeof readTotals>>;

/** Read anew for each movement: a call may have written others of the same item. */
async function readTotals(call: InventoryContext, itemId: string) {
  return await call.db
    .selectFrom("inventory_item")
    .select(["on_hand", "fifo_value_minor", "average_value_minor", "last_moved_at"])
    .where("id", "=", itemId)
    .executeTakeFirstOrThrow();
}

interface MovementCosts {
  isInward: boolean;
  received: number;
  fifo: FifoPlan;
  average: number;
}

async function planCosts(
  call: InventoryContext,
  options: { before: Totals; itemId: string; kind: MovementKind; quantity: number; unitCostMinor: number },
): Promise<MovementCosts> {
  const { before, itemId, kind, quantity, unitCostMinor } = options;
  if (kind === "transfer") {
    return { isInward: false, received: 0, fifo: { costMinor: 0, uses: [], opened: 0 }, average: 0 };
  }
  const move = { quantity, unitCostMinor };
  const isInward = quantity > 0;
  return {
    isInward,
    received: isInward ? wholeMinor(quantity * unitCostMinor) : 0,
    fifo: await planFromLayers(call, { id: itemId, onHand: before.on_hand }, move),
    average: averageCost({ onHand: before.on_hand, valueMinor: before.average_value_minor }, move),
  };
}

/** The time of the call, but never before the item's last movement: a clock that was set back reorders no ledger. */
function instantOf(call: InventoryContext, { last_moved_at }: Totals): string {
  const now = call.now.toISOString();
  return last_moved_at !== null && last_moved_at > now ? last_moved_at : now;
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
