import type { AccountingContext } from "./context.ts";

/**
 * The next number of a series, from 1. It is counted up in the caller's transaction, so a call that fails gives
 * its number back and the series has no gaps.
 */
export async function nextInSeries({ db }: AccountingContext, series: string): Promise<number> {
  const row = await db
    .insertInto("accounting_series")
    .values({ id: series, last_number: 1 })
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet((set) => ({ last_number: set("accounting_series.last_number", "+", 1) })),
    )
    .returning("last_number")
    .executeTakeFirstOrThrow();
  return row.last_number;
}

/** The next number of a series as people read it: the series, a dash and at least four digits. */
export async function nextNumber(context: AccountingContext, series: string): Promise<string> {
  return `${series}-${String(await nextInSeries(context, series)).padStart(4, "0")}`;
}
