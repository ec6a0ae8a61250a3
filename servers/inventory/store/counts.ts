import type { Selectable } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import type { ItemRecord } from "../records.ts";
import type { CountLine, CountRecord } from "../reports.ts";
import type { InventoryContext } from "./context.ts";
import { wholeMinor } from "./costing.ts";
import { expireHolds } from "./expiry.ts";
import { requireItems } from "./items.ts";
import { type LocationRow, requireLocation } from "./locations.ts";
import { recordMovement } from "./movements.ts";
import { readLevel } from "./stock.ts";
import type { InventoryTables } from "./tables.ts";

export interface CountInput {
  count_id: string;
  location: string;
  reason?: string | undefined;
  lines: readonly { sku: string; counted: number }[];
}

/** A counted item with what the ledger says there is. */
interface PlannedLine {
  item: ItemRecord;
  counted: number;
  expected: number;
  reserved: number;
}

/**
 * Books a stocktake: for each item whose count differs from on hand, one movement that makes them equal. Items that
 * are not in the lines stay as they are. A count_id that was posted with the same lines is answered with what was
 * booked then, and `duplicate_of`; with other lines it is a CONFLICT. Throws STATE_INVALID, naming them all, when
 * fewer were counted than reservations hold.
 */
export async function postCount(call: InventoryContext, input: CountInput): Promise<CountRecord> {
  const location = await requireLocation(call, input.location);
  const posted = await findCount(call, input.count_id);
  if (posted !== undefined) return await answerAgain(call, posted, location, input);
  const lines = await planCount(call, location, input.lines);
  const short = lines.filter((line) => line.counted < line.reserved && !line.item.may_go_negative);
  if (short.length > 0) throw belowReserved(short, location);

  const id = call.newId("cnt");
  const at = call.now.toISOString();
  await call.db
    .insertInto("inventory_count")
    .values({
      id,
      count_id: input.count_id,
      location_id: location.id,
      reason: input.reason ?? null,
      version: 1,
      created_at: at,
      updated_at: at,
    })
    .execute();
  for (const [index, line] of lines.entries()) await bookLine(call, { id, index, line, location, input });
  call.changed("inventory_count", id, 1);
  return await readCount(call, id, location);
}

/** Compares a count with the ledger. Throws NOT_FOUND for an unknown SKU, INPUT_INVALID for one that stands twice. */
export async function planCount(
  call: InventoryContext,
  location: LocationRow,
  lines: readonly { sku: string; counted: number }[],
): Promise<PlannedLine[]> {
  const items = await requireItems(
    call,
    lines.map((line) => line.sku),
  );
  const ids = items.map((item) => item.id);
  const twice = items.find((item, index) => ids.indexOf(item.id) !== index);
  if (twice !== undefined) {
    throw new RingmainError("INPUT_INVALID", `${twice.sku} stands in two lines.`, {
      hint: "Add up what was counted of it, in one line.",
    });
  }
  const planned: PlannedLine[] = [];
  for (const [index, item] of items.entries()) {
    const { on_hand, reserved } = await readLevel(call, item, location);
    planned.push({ item, counted: lines[index]?.counted ?? 0, expected: on_hand, reserved });
  }
  return planned;
}

async function bookLine(
  call: InventoryContext,
  options: { id: string; index: number; line: PlannedLine; location: LocationRow; input: CountInput },
): Promise<void> {
  const { id, index, line, location, input } = options;
  const { item, counted, expected } = line;
  let sequence: number | null = null;
  if (counted !== expected) {
    const movement = await recordMovement(call, {
      item,
      location,
      quantity: counted - expected,
      kind: "count",
      reason: input.reason,
      reference: input.count_id,
      documentId: id,
    });
    sequence = movement.sequence;
  } else await expireHolds(call, [item.id]);
  await call.db
    .insertInto("inventory_count_line")
    .values({
      count_id: id,
      line_number: index + 1,
      item_id: item.id,
      expected,
      counted,
      movement_sequence: sequence,
    })
    .execute();
}

type CountRow = Selectable<InventoryTables["inventory_count"]>;

async function findCount(call: InventoryContext, countId: string): Promise<CountRow | undefined> {
  return await call.db
    .selectFrom("inventory_count")
    .selectAll()
    .where("count_id", "=", countId)
    .executeTakeFirst();
}

async function answerAgain(
  call: InventoryContext,
  posted: CountRow,
  location: LocationRow,
  input: CountInput,
): Promise<CountRecord> {
  const items = await requireItems(
    call,
    input.lines.map((line) => line.sku),
  );
  const told = items.map((item, index) => `${item.sku} ${input.lines[index]?.counted}`).sort();
  const isHere = posted.location_id === location.id;
  const record = isHere ? await readCount(call, posted.id, location) : undefined;
  const stored = record?.lines.map((line) => `${line.sku} ${line.counted}`).sort();
  if (record !== undefined && JSON.stringify(stored) === JSON.stringify(told)) {
    return { ...record, duplicate_of: record.id };
  }
  throw new RingmainError(
    "CONFLICT",
    `Count ${posted.count_id} was posted already, ${isHere ? "with other lines" : "for another location"}.`,
    {
      hint: "Give a new count its own count_id. A posted count is put right by a new count or by adjust_stock.",
    },
  );
}

async function readCount(call: InventoryContext, id: string, location: LocationRow): Promise<CountRecord> {
  const count = await call.db
    .selectFrom("inventory_count")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  const rows = await call.db
    .selectFrom("inventory_count_line as line")
    .innerJoin("inventory_item as item", "item.id", "line.item_id")
    .leftJoin("inventory_movement as movement", "movement.sequence", "line.movement_sequence")
    .select(["item.sku", "item.name", "item.costing_method", "item.unit_cost_currency as currency"])
    .select(["line.expected", "line.counted", "movement.id as movement_id"])
    .select(["movement.received_minor", "movement.fifo_cost_minor", "movement.average_cost_minor"])
    .where("line.count_id", "=", id)
    .orderBy("line.line_number")
    .execute();
  const totals = new Map<string, number>();
  const lines = rows.map((row): CountLine => {
    const cost = row.costing_method === "fifo" ? row.fifo_cost_minor : row.average_cost_minor;
    const minor = (row.received_minor ?? 0) - (cost ?? 0);
    const { sku, name, expected, counted, currency } = row;
    totals.set(currency, wholeMinor((totals.get(currency) ?? 0) + minor));
    return {
      sku,
      name,
      expected,
      counted,
      difference: counted - expected,
      value: { minor, currency },
      movement_id: row.movement_id ?? undefined,
    };
  });
  return {
    id,
    count_id: count.count_id,
    location: location.code,
    counted_at: count.created_at,
    reason: count.reason ?? undefined,
    line_count: lines.length,
    adjusted_count: lines.filter((line) => line.difference !== 0).length,
    value: [...totals].map(([currency, minor]) => ({ minor, currency })),
    lines,
    version: count.version,
  };
}

function belowReserved(short: readonly PlannedLine[], location: LocationRow): RingmainError {
  const named = short
    .slice(0, 20)
    .map((line) => `${line.item.sku} ${line.counted} counted, ${line.reserved} reserved`);
  return new RingmainError(
    "STATE_INVALID",
    `Less was counted at ${location.code} than reservations hold: ${named.join("; ")}. Nothing was booked.`,
    {
      hint: "Release what cannot be kept first (list_reservations with sku, release_reservation), then post again.",
    },
  );
}
