import type { RollForward } from "../reports.ts";
import type { InventoryContext } from "./context.ts";
import { wholeMinor } from "./costing.ts";
import { type CostingMethod, costingMethods, type MovementKind } from "./tables.ts";

/**
 * How the value of all stock went from the beginning of one UTC day to the end of another, by each method and
 * currency: opening + received − cost of goods sold − adjustments = closing. What shipments cost, and what receipts
 * cost beyond their value (they settled units that had left before), is cost of goods sold; what counts and
 * adjustments took away is adjustments. Read from sums by day.
 */
export async function readRollForward(
  call: InventoryContext,
  period: { from: string; to: string },
): Promise<RollForward[]> {
  const days = await call.db
    .selectFrom("inventory_cost_day")
    .select(["currency", "kind"])
    .select((column) => [
      column.case().when("day", "<", period.from).then(1).else(0).end().as("isBefore"),
      column.fn.sum<number>("received_minor").as("received"),
      column.fn.sum<number>("fifo_cost_minor").as("fifo"),
      column.fn.sum<number>("average_cost_minor").as("moving_average"),
    ])
    .where("day", "<=", period.to)
    .groupBy(["currency", "kind", "isBefore"])
    .orderBy("currency")
    .execute();
  return [...Map.groupBy(days, (row) => row.currency)].flatMap(([currency, rows]) =>
    costingMethods.map((method) => rollForward(method, currency, rows)),
  );
}

interface CostSum extends Record<CostingMethod, number> {
  kind: MovementKind;
  isBefore: number;
  received: number;
}

function rollForward(method: CostingMethod, currency: string, rows: readonly CostSum[]): RollForward {
  const total = (amountOf: (row: CostSum) => number, isCounted: (row: CostSum) => boolean) => ({
    minor: wholeMinor(rows.filter(isCounted).reduce((minor, row) => minor + amountOf(row), 0)),
    currency,
  });
  const cost = (row: CostSum) => row[method];
  const change = (row: CostSum) => row.received - cost(row);
  const isWithin = (row: CostSum) => row.isBefore === 0;
  return {
    method,
    currency,
    opening: total(change, (row) => row.isBefore === 1),
    received: total((row) => row.received, isWithin),
    cost_of_goods_sold: total(cost, (row) => isWithin(row) && isSale(row.kind)),
    adjustments: total(cost, (row) => isWithin(row) && !isSale(row.kind)),
    closing: total(change, () => true),
  };
}

function isSale(kind: MovementKind): boolean {
  return kind === "shipment" || kind === "receipt" || kind === "opening";
}
