import { type RawBuilder, sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import type { HistoryPoint } from "../reports.ts";
import type { InventoryContext } from "./context.ts";
import { addDays, laterDay, nextPeriod, periodStart } from "./days.ts";

export const intervals = ["day", "week", "month"] as const;
export type Interval = (typeof intervals)[number];

/** Points of one answer at most: a year and a month of days. */
export const maxPoints = 400;

export interface HistoryOptions {
  item: { id: string };
  location: { id: string } | undefined;
  /** UTC days, both included. */
  from: string;
  to: string;
  interval: Interval;
}

export interface StockHistory {
  opening: number;
  closing: number;
  points: HistoryPoint[];
}

/**
 * The level of an item at the end of each day, week (from Monday) or month between two days, with what came in and
 * went out meanwhile. The first and the last period are cut at the two days. Throws INPUT_INVALID for days in the
 * wrong order and for too many points.
 */
export async function readHistory(call: InventoryContext, options: HistoryOptions): Promise<StockHistory> {
  const { from, to, interval } = options;
  if (from > to) {
    throw new RingmainError("INPUT_INVALID", `from (${from}) is after to (${to}).`, {
      hint: "Give the earlier day as from.",
    });
  }
  const starts = periodStarts(options);
  const opening = await levelBefore(call, options);
  const days = await readDays(call, options);
  const byPeriod = Map.groupBy(days, ({ day }) => {
    return laterDay(periodStart(day, interval), from);
  });
  let level = opening;
  const points = starts.map((start, index): HistoryPoint => {
    const within = byPeriod.get(start) ?? [];
    const came_in = within.reduce((total, day) => total + day.came_in, 0);
    const went_out = within.reduce((total, day) => total + day.went_out, 0);
    level += came_in - went_out;
    const next = starts[index + 1];
    return {
      from: start,
      to: next === undefined ? to : addDays(next, -1),
      came_in,
      went_out,
      on_hand: level,
    };
  });
  return { opening, closing: level, points };
}

/** The first day of each period; `from` for the first. */
function periodStarts({ from, to, interval }: HistoryOptions): string[] {
  const starts: string[] = [];
  let start = from;
  while (start <= to) {
    if (starts.length === maxPoints) {
      throw new RingmainError(
        "INPUT_INVALID",
        `More than ${maxPoints} points lie between ${from} and ${to}.`,
        {
          hint:
            interval === "month"
              ? "Ask for a shorter time."
              : "Ask for a longer interval (week or month), or a shorter time.",
        },
      );
    }
    starts.push(start);
    const next = nextPeriod(periodStart(start, interval), interval);
    // the calendar ends with the year 9999
    if (next <= start) break;
    start = next;
  }
  return starts;
}

async function levelBefore(
  call: InventoryContext,
  { item, location, from }: HistoryOptions,
): Promise<number> {
  const movements = call.db
    .selectFrom("inventory_movement")
    .where("item_id", "=", item.id)
    .where("occurred_at", "<", from);
  if (location === undefined) {
    const last = await movements
      .select("on_hand_after")
      .orderBy("occurred_at", "desc")
      .orderBy("sequence", "desc")
      .limit(1)
      .executeTakeFirst();
    return last?.on_hand_after ?? 0;
  }
  const row = await movements
    .select(({ fn }) => fn.sum<number | null>("quantity").as("quantity"))
    .where(isAt(location))
    .executeTakeFirst();
  return row?.quantity ?? 0;
}

/** `+` keeps SQLite from walking the index of the location: an item has fewer movements. */
function isAt(location: { id: string }): RawBuilder<boolean> {
  return sql<boolean>`+location_id = ${location.id}`;
}

/** What came in and went out by day. Over all locations a transfer is neither. */
async function readDays(call: InventoryContext, { item, location, from, to }: HistoryOptions) {
  let query = call.db
    .selectFrom("inventory_movement")
    .select(sql<string>`substr(occurred_at, 1, 10)`.as("day"))
    .select([
      sql<number>`sum(max(quantity, 0))`.as("came_in"),
      sql<number>`sum(max(-quantity, 0))`.as("went_out"),
    ])
    .where("item_id", "=", item.id)
    .where("occurred_at", ">=", from)
    .where("occurred_at", "<=", `${to}T24`)
    .groupBy("day")
    .orderBy("day");
  query = location === undefined ? query.where("kind", "<>", "transfer") : query.where(isAt(location));
  return await query.execute();
}
