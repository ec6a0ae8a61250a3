import { RingmainError } from "../../../src/core/errors.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { nextInSeries } from "./numbering.ts";
import type { EntryKind } from "./tables.ts";

/** The accounts that the tools post to; the chart itself is the table accounting_account. */
export const account = {
  bank: "1000",
  /** The control account: its balance is the sum of what the open invoices owe. */
  receivables: "1100",
  /** Money received that no invoice has taken yet. */
  prepayments: "2100",
  sales: "4000",
} as const;

type AccountId = (typeof account)[keyof typeof account];

export interface Posting {
  account: AccountId;
  currency: string;
  /** Positive is a debit, negative a credit; a posting of zero is left out. */
  minor: number;
}

/**
 * Writes and posts one journal entry, which nothing can change afterwards. Returns its id.
 * Debits must equal credits in each currency: this is checked here, and once more by a trigger.
 */
export async function postEntry(
  context: AccountingContext,
  entry: { kind: EntryKind; entryOn: string; sourceId: string; memo: string; postings: readonly Posting[] },
): Promise<string> {
  const { db, newId, changed } = context;
  const postings = entry.postings.filter(({ minor }) => minor !== 0);
  requireBalance(postings);
  const id = newId("ent");
  const number = await nextInSeries(context, "journal");
  await db
    .insertInto("accounting_entry")
    .values({
      id,
      number,
      entry_on: entry.entryOn,
      kind: entry.kind,
      source_id: entry.sourceId,
      memo: entry.memo,
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
        entry_on: entry.entryOn,
      })),
    )
    .execute();
  await db.updateTable("accounting_entry").set({ posted: 1 }).where("id", "=", id).execute();
  changed("accounting_entry", id, 1);
  return id;
}

function requireBalance(postings: readonly Posting[]): void {
  const sums = new Map<string, number>();
  for (const { currency, minor } of postings) sums.set(currency, (sums.get(currency) ?? 0) + minor);
  if (postings.length < 2 || [...sums.values()].some((sum) => sum !== 0)) {
    throw new RingmainError("INTERNAL", "A journal entry does not balance.");
  }
}
