import type { z } from "zod";
import type { entryRecord, postingRecord } from "../fields.ts";
import type { AccountingContext } from "./context.ts";
import { type LedgerEntry, withPostings } from "./general-ledger.ts";
import { requireEntry } from "./reversals.ts";
import { readSettings } from "./settings.ts";

/** An entry as tools return it. */
export function entryView(entry: LedgerEntry, baseCurrency: string): z.output<typeof entryRecord> {
  return {
    entry_id: entry.id,
    number: entry.number,
    entry_on: entry.entry_on,
    kind: entry.kind,
    source_id: entry.source_id,
    memo: entry.memo,
    reverses: entry.reverses_id ?? undefined,
    postings: entry.postings.map((posting) => postingView(posting, baseCurrency)),
    version: entry.version,
  };
}

function postingView(
  posting: LedgerEntry["postings"][number],
  baseCurrency: string,
): z.output<typeof postingRecord> {
  const { currency, amount_minor: minor, base_minor: baseMinor } = posting;
  return {
    account_id: posting.account_id,
    account_name: posting.account_name,
    ...(minor > 0 && { debit: { minor, currency } }),
    ...(minor < 0 && { credit: { minor: -minor, currency } }),
    ...(baseMinor > 0 && { base_debit: { minor: baseMinor, currency: baseCurrency } }),
    ...(baseMinor < 0 && { base_credit: { minor: -baseMinor, currency: baseCurrency } }),
  };
}

/** Reads one entry back with its postings. Throws NOT_FOUND. */
export async function readEntry(
  context: AccountingContext,
  id: string,
): Promise<z.output<typeof entryRecord>> {
  const [entry] = await withPostings(context, [await requireEntry(context, id)]);
  if (entry === undefined) throw new Error("an entry vanished");
  const { base_currency } = await readSettings(context);
  return entryView(entry, base_currency ?? "");
}
