import { sql } from "kysely";
import type { MovementRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { compareText, decodeNumberCursor, type Page, readEach, takePage } from "./pages.ts";
import type { MovementKind } from "./tables.ts";

export interface MovementFilter {
  sku?: string | undefined;
  location?: string | undefined;
  kind?: readonly MovementKind[] | undefined;
  reference?: string | undefined;
  document_id?: string | undefined;
  /** Calendar days in UTC, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

/** Movements, the newest first; with what they cost when `detailed`. */
export async function listMovements(
  call: InventoryContext,
  options: { filter: MovementFilter; detailed: boolean; limit: number; cursor?: string | undefined },
): Promise<Page<MovementRecord>> {
  const rows = await readEach(
    options.filter.kind,
    (kind) => selectMovements(call, options, kind).execute(),
    (a, b) => compareText(b.occurred_at, a.occurred_at) || b.sequence - a.sequence,
  );
  return takePage(
    "movements",
    rows,
    options.limit,
    (row) => movementRecordOf(row, options.detailed),
    (row) => [row.occurred_at, row.sequence],
  );
}

function selectMovements(
  call: InventoryContext,
  options: { filter: MovementFilter; limit: number; cursor?: string | undefined },
  kind: MovementKind | undefined,
) {
  const { filter } = options;
  let query = call.db
    .selectFrom("inventory_movement as movement")
    .innerJoin("inventory_item as item", "item.id", "movement.item_id")
    .innerJoin("inventory_location as location", "location.id", "movement.location_id")
    .selectAll("movement")
    .select(["item.sku as sku", "item.name as item_name", "item.costing_method"])
    .select("location.code as location")
    .orderBy("movement.occurred_at", "desc")
    .orderBy("movement.sequence", "desc")
    .limit(options.limit + 1);
  // By subquery, not by the joined column, so that the index of the item or the location gives the order. Beside a
  // filter that leaves few movements, `+` keeps SQLite from walking the index of one that leaves many.
  const isNarrow = (filter.sku ?? filter.reference ?? filter.document_id) !== undefined;
  if (filter.sku !== undefined) {
    const item = call.db.selectFrom("inventory_item").select("id").where("sku", "=", filter.sku);
    query = query.where("movement.item_id", "=", item);
  }
  if (filter.location !== undefined) {
    const location = call.db
      .selectFrom("inventory_location")
      .select("id")
      .where("code", "=", filter.location);
    query = isNarrow
      ? query.where(sql<boolean>`+movement.location_id = ${location}`)
      : query.where("movement.location_id", "=", location);
  }
  if (kind !== undefined) {
    query = isNarrow
      ? query.where(sql<boolean>`+movement.kind = ${kind}`)
      : query.where("movement.kind", "=", kind);
  }
  if (filter.reference !== undefined) query = query.where("movement.reference", "=", filter.reference);
  if (filter.document_id !== undefined) query = query.where("movement.document_id", "=", filter.document_id);
  if (filter.from !== undefined) query = query.where("movement.occurred_at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("movement.occurred_at", "<=", `${filter.to}T24`);
  if (options.cursor !== undefined) {
    const { texts, number } = decodeNumberCursor("movements", options.cursor, 2);
    query = query.where((where) =>
      where(
        where.refTuple("movement.occurred_at", "movement.sequence"),
        "<",
        where.tuple(texts[0] ?? "", number),
      ),
    );
  }
  return query;
}

type MovementRow = Awaited<ReturnType<ReturnType<typeof selectMovements>["executeTakeFirstOrThrow"]>>;

function movementRecordOf(row: MovementRow, detailed: boolean): MovementRecord {
  const money = (minor: number) => ({ minor, currency: row.currency });
  const bookCost = row.costing_method === "fifo" ? row.fifo_cost_minor : row.average_cost_minor;
  const record: MovementRecord = {
    id: row.id,
    occurred_at: row.occurred_at,
    item_id: row.item_id,
    sku: row.sku,
    item_name: row.item_name,
    location: row.location,
    quantity: row.quantity,
    kind: row.kind,
    reason: row.reason ?? undefined,
    reference: row.reference ?? undefined,
    document_id: row.document_id ?? undefined,
    unit_cost: row.unit_cost_minor === null ? undefined : money(row.unit_cost_minor),
    value: money(row.received_minor - bookCost),
  };
  if (!detailed) return record;
  return {
    ...record,
    costing_method: row.costing_method,
    fifo_cost: money(row.fifo_cost_minor),
    moving_average_cost: money(row.average_cost_minor),
    on_hand_after: row.on_hand_after,
    fifo_value_after: money(row.fifo_value_after),
    moving_average_value_after: money(row.average_value_after),
  };
}
