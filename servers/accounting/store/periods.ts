import { RingmainError } from "../../../src/core/errors.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { addDays } from "./days.ts";

/** A calendar month of the books. */
export interface Period {
  /** YYYY-MM */
  month: string;
  closed: boolean;
  entries: number;
}

/** The last closed month, YYYY-MM; every month before it is closed too. */
export async function lastClosedMonth({ db }: AccountingContext): Promise<string | undefined> {
  const row = await db
    .selectFrom("accounting_period")
    .select("id")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** Refuses a day in a closed period. A trigger refuses it once more. */
export async function requireOpenPeriod(context: AccountingContext, day: string): Promise<void> {
  const closed = await lastClosedMonth(context);
  if (closed === undefined || day.slice(0, 7) > closed) return;
  throw new RingmainError(
    "STATE_INVALID",
    `${day} lies in a closed period: the books are closed to ${closed}.`,
    {
      hint: `Use a day from ${monthAfter(closed)}-01 on.`,
    },
  );
}

/**
 * Closes a month and every month before it, for good. Returns what it closed. Throws STATE_INVALID for a month
 * that has not ended or is closed already.
 */
export async function closePeriod(context: AccountingContext, month: string) {
  const { db, today, at, changed } = context;
  if (month >= today.slice(0, 7)) {
    throw new RingmainError("STATE_INVALID", `${month} has not ended: today is ${today} (UTC).`, {
      hint: `The last month that can be closed is ${addDays(`${today.slice(0, 7)}-01`, -1).slice(0, 7)}.`,
    });
  }
  const closed = await lastClosedMonth(context);
  if (closed !== undefined && month <= closed) {
    throw new RingmainError(
      "STATE_INVALID",
      `${month} is closed already: the books are closed to ${closed}.`,
      {
        hint: `The next month to close is ${monthAfter(closed)}. list_periods shows them all.`,
      },
    );
  }
  const stamps = firstVersion(context);
  await db
    .insertInto("accounting_period")
    .values({ id: month, closed_at: at, ...stamps })
    .execute();
  changed("accounting_period", month, 1);
  const { entries } = await db
    .selectFrom("accounting_entry")
    .where("entry_on", "<", `${monthAfter(month)}-01`)
    .where("entry_on", ">=", closed === undefined ? "" : `${monthAfter(closed)}-01`)
    .select(({ fn }) => fn.countAll<number>().as("entries"))
    .executeTakeFirstOrThrow();
  return { entries, version: stamps.version };
}

/** The months from the latest one with entries back to the first, newest first, one page. */
export async function listPeriods(
  context: AccountingContext,
  input: {
    before?: string | undefined;
    status?: readonly ("open" | "closed")[] | undefined;
    limit: number;
  },
): Promise<{ closedThrough: string | undefined; periods: Period[]; more: boolean }> {
  const closed = await lastClosedMonth(context);
  let select = context.db
    .selectFrom("accounting_month_total")
    .select("month")
    .distinct()
    .where("month", "<", input.before ?? "9999")
    .orderBy("month", "desc")
    .limit(input.limit + 1);
  const { status = ["open", "closed"] } = input;
  if (!status.includes("closed")) select = select.where("month", ">", closed ?? "");
  if (!status.includes("open")) select = select.where("month", "<=", closed ?? "");
  const months = await select.execute();
  const periods: Period[] = [];
  for (const { month } of months.slice(0, input.limit)) {
    const { entries } = await context.db
      .selectFrom("accounting_entry")
      .where("entry_on", ">=", `${month}-01`)
      .where("entry_on", "<", `${monthAfter(month)}-01`)
      .select(({ fn }) => fn.countAll<number>().as("entries"))
      .executeTakeFirstOrThrow();
    periods.push({ month, closed: closed !== undefined && month <= closed, entries });
  }
  return { closedThrough: closed, periods, more: months.length > input.limit };
}

/** The month after another, YYYY-MM. */
function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const next = number === 12 ? [year + 1, 1] : [year, number + 1];
  return `${String(next[0]).padStart(4, "0")}-${String(next[1]).padStart(2, "0")}`;
}
