import { sql } from "kysely";
import { decodeCursor, encodeCursor } from "../../../src/kit/pages.ts";
import type { AccountingContext } from "./context.ts";
import { latestDay } from "./days.ts";
import type { EntryRow, PostingRow } from "./tables.ts";

/** An entry with its postings. */
export interface LedgerEntry extends EntryRow {
  postings: (PostingRow & { account_name: string })[];
}

/**
 * One page of entries of some days, in the order of the days and then of their numbers; with an account only those
 * that post to it. Pages show the ledger as it was when the first one was read: entries posted since are left out.
 */
export async function readLedger(
  context: AccountingContext,
  input: {
    from: string;
    to: string;
    account?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<{ entries: LedgerEntry[]; cursorAfter: (entry: LedgerEntry) => string; more: boolean }> {
  const list = input.account === undefined ? "ledger" : "ledger of an account";
  const after = input.cursor === undefined ? undefined : decodeCursor(list, input.cursor, 3);
  const newest = after === undefined ? await newestNumber(context) : Number(after[0]);
  // a page begins at the day where the one before ended, so that no index is read from its start
  const from = after === undefined ? input.from : latestDay(input.from, String(after[1]));
  const { account } = input;
  let select = context.db
    .selectFrom("accounting_entry as entry")
    .selectAll("entry")
    .where("entry.number", "<=", newest)
    .limit(input.limit + 1);
  if (account === undefined) {
    select = select
      .where("entry.entry_on", ">=", from)
      .where("entry.entry_on", "<=", input.to)
      .orderBy("entry.entry_on")
      .orderBy("entry.number");
    if (after !== undefined) {
      select = select.where(sql<boolean>`(entry.entry_on, entry.number) > (${after[1]}, ${after[2]})`);
    }
  } else {
    let own = context.db
      .selectFrom("accounting_posting")
      .select(["entry_id", "entry_on"])
      .distinct()
      .where("account_id", "=", account)
      .where("entry_on", ">=", from)
      .where("entry_on", "<=", input.to)
      .orderBy("entry_on")
      .orderBy("entry_id")
      // some may turn out newer than the first page; they are few
      .limit(input.limit + 1);
    if (after !== undefined) {
      own = own.where(sql<boolean>`(entry_on, entry_id) > (${after[1]}, ${after[2]})`);
    }
    select = select
      .innerJoin(own.as("own"), "own.entry_id", "entry.id")
      .orderBy("entry.entry_on")
      .orderBy("entry.id");
  }
  const rows = await select.execute();
  const entries = await withPostings(context, rows.slice(0, input.limit));
  return {
    entries,
    more: rows.length > input.limit,
    cursorAfter: ({ entry_on, number, id }) =>
      encodeCursor(list, [newest, entry_on, account === undefined ? number : id]),
  };
}

async function newestNumber({ db }: AccountingContext): Promise<number> {
  const row = await db
    .selectFrom("accounting_series")
    .select("last_number")
    .where("id", "=", "journal")
    .executeTakeFirst();
  return row?.last_number ?? 0;
}

/** Adds their postings to entries. */
export async function withPostings(
  { db }: AccountingContext,
  entries: readonly EntryRow[],
): Promise<LedgerEntry[]> {
  if (entries.length === 0) return [];
  const postings = await db
    .selectFrom("accounting_posting as posting")
    .innerJoin("accounting_account as account", "account.id", "posting.account_id")
    .selectAll("posting")
    .select("account.name as account_name")
    .where(
      "posting.entry_id",
      "in",
      entries.map(({ id }) => id),
    )
    .orderBy("posting.entry_id")
    .orderBy("posting.line")
    .execute();
  const byEntry = Map.groupBy(postings, ({ entry_id }) => entry_id);
  return entries.map((entry) => ({ ...entry, postings: byEntry.get(entry.id) ?? [] }));
}
