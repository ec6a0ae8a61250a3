import type { AccountingContext } from "./context.ts";
import { entryView } from "./entry-view.ts";
import { readLedger } from "./general-ledger.ts";
import { hledgerEntry, hledgerHeader } from "./hledger.ts";

interface Ledger {
  from: string;
  to: string;
  base_currency: string;
  account?: string | undefined;
  cursor?: string | undefined;
}

/** A page of the journal is cut at about this many characters, although its limit allows more entries. */
const journalPageCharacters = 400_000;

/** One page of entries. */
export async function generalLedger(context: AccountingContext, ledger: Ledger & { limit: number }) {
  const { entries, more, cursorAfter } = await readLedger(context, ledger);
  const last = entries.at(-1);
  return {
    entries: entries.map((entry) => entryView(entry, ledger.base_currency)),
    next_cursor: more && last !== undefined ? cursorAfter(last) : undefined,
  };
}

/** One page of the journal for hledger; the first one begins with the declarations. */
export async function ledgerJournal(context: AccountingContext, ledger: Ledger & { limit: number }) {
  const { base_currency: baseCurrency } = ledger;
  const accounts = await context.db.selectFrom("accounting_account").selectAll().orderBy("id").execute();
  const types = new Map(accounts.map(({ id, type }) => [id, type]));
  const { entries, more, cursorAfter } = await readLedger(context, ledger);
  let journal = "";
  if (ledger.cursor === undefined) {
    const used = await context.db
      .selectFrom("accounting_month_total")
      .select("currency")
      .distinct()
      .execute();
    const currencies = [...new Set([baseCurrency, ...used.map(({ currency }) => currency)])].sort();
    journal = hledgerHeader({ accounts, currencies });
  }
  for (const [index, entry] of entries.entries()) {
    journal += hledgerEntry(entry, { baseCurrency, typeOf: (id) => types.get(id) ?? "asset" });
    const isLast = index === entries.length - 1;
    if (!isLast && journal.length > journalPageCharacters)
      return { journal, next_cursor: cursorAfter(entry) };
    if (isLast && more) return { journal, next_cursor: cursorAfter(entry) };
  }
  return { journal };
}
