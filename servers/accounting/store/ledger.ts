import { RingmainError } from "../../../src/core/errors.ts";
import { account } from "./accounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { nextInSeries } from "./numbering.ts";
import { requireOpenPeriod } from "./periods.ts";
import type { EntryKind } from "./tables.ts";

export interface Posting {
  account: string;
  currency: string;
  /** Positive is a debit, negative a credit. */
  minor: number;
  /** Its worth in the base currency; a posting without any of the two is left out. */
  baseMinor: number;
}

export interface NewEntry {
  kind: EntryKind;
  entryOn: string;
  /** The record behind the entry; the entry itself when left out. */
  sourceId?: string;
  memo: string;
  reversesId?: string;
  postings: readonly Posting[];
}

/**
 * Writes and posts one journal entry, which nothing can change afterwards. Returns its id. Debits must equal
 * credits in each currency, and in the base currency: this is checked here, and once more by a trigger. Throws
 * STATE_INVALID for a day in a closed period.
 */
export async function postEntry(context: AccountingContext, entry: NewEntry): Promise<string> {
  const { db, newId, changed } = context;
  const postings = entry.postings.filter(({ minor, baseMinor }) => minor !== 0 || baseMinor !== 0);
  requireBalance(postings);
  await requireOpenPeriod(context, entry.entryOn);
  const id = newId("ent");
  const number = await nextInSeries(context, "journal");
  await db
    .insertInto("accounting_entry")
    .values({
      id,
      number,
      entry_on: entry.entryOn,
      kind: entry.kind,
      source_id: entry.sourceId ?? id,
      memo: entry.memo,
      reverses_id: entry.reversesId ?? null,
      posted: 0,
      ...firstVersion(context),
    })
    .execute();
  await db
    .insertInto("accounting_posting")
    .values(
      postings.map((posting, index) => ({
        entry_id: id,
        line: index + 1,
        account_id: posting.account,
        currency: posting.currency,
        amount_minor: posting.minor,
        base_minor: posting.baseMinor,
        entry_on: entry.entryOn,
      })),
    )
    .execute();
  await db.updateTable("accounting_entry").set({ posted: 1 }).where("id", "=", id).execute();
  changed("accounting_entry", id, 1);
  return id;
}

/**
 * Adds the realised exchange gain or loss (IAS 21.28): what the postings of one foreign currency, at the different
 * rates of their days, leave over in the base currency. It has no amount in the currency itself.
 */
export function withExchangeDifference(postings: readonly Posting[], currency: string): Posting[] {
  const surplus = postings.reduce((sum, { baseMinor }) => sum + baseMinor, 0);
  const difference = surplus > 0 ? account.exchangeGains : account.exchangeLosses;
  return [...postings, { account: difference, currency, minor: 0, baseMinor: 0 - surplus }];
}

function requireBalance(postings: readonly Posting[]): void {
  const sums = new Map<string, number>();
  let base = 0;
  for (const { currency, minor, baseMinor } of postings) {
    sums.set(currency, (sums.get(currency) ?? 0) + minor);
    base += baseMinor;
  }
  if (postings.length < 2 || base !== 0 || [...sums.values()].some((sum) => sum !== 0)) {
    throw new RingmainError("INTERNAL", "A journal entry does not balance.");
  }
}
