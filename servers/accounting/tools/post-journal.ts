import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { currency, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { accountId, businessDay, entryRecord, exchangeRate, lineOfText, positiveMoney } from "../fields.ts";
import { readEntry } from "../store/entry-view.ts";
import { type JournalLine, journalPostings } from "../store/journal.ts";
import { postEntry } from "../store/ledger.ts";
import { requireWithinYear } from "../store/refusals.ts";
import { readSettings } from "../store/settings.ts";

const line = z.strictObject({
  account_id: accountId,
  debit: positiveMoney.optional().describe("Give exactly one of debit and credit."),
  credit: positiveMoney.optional().describe("Give exactly one of debit and credit."),
});

export const postJournal = defineTool({
  name: "post_journal",
  title: "Post a journal entry",
  description:
    "Post an entry by hand. Use it for what no other tool books, such as rent, wages, an opening balance or a " +
    "bank fee; it cannot post to control accounts (receivables, prepayments): use the tools for invoices and " +
    "payments. Debits must equal credits in each currency. A posted entry never changes; reverse_entry undoes it. " +
    "To exchange currencies post each side against account 1900. Returns the entry; amounts are in minor units.",
  effect: "create",
  input: z.strictObject({
    entry_on: businessDay.describe("Day of the entry, in a period that is not closed, at most a year ahead."),
    memo: lineOfText(200).describe("What it is, for the books."),
    lines: z.array(line).min(2).max(100).describe("The lines: at least one debit and one credit."),
    exchange_rates: z
      .array(z.strictObject({ currency, rate: exchangeRate }))
      .max(10)
      .default([])
      .describe("Rates of foreign currencies, instead of the stored ones."),
  }),
  output: entryRecord,
  facts: z.strictObject({ debits: money.describe("Sum of the debits in the base currency.") }),
  async resource(input, context) {
    const postings = await postingsOf(input, context);
    const { base_currency } = await readSettings(context);
    const minor = postings.reduce((sum, { baseMinor }) => sum + Math.max(0, baseMinor), 0);
    return { debits: { minor, currency: base_currency ?? "" } };
  },
  async handler(input, context) {
    const { entry_on: entryOn, memo } = input;
    const postings = await postingsOf(input, context);
    return await readEntry(context, await postEntry(context, { kind: "journal", entryOn, memo, postings }));
  },
});

async function postingsOf(
  input: {
    entry_on: string;
    lines: readonly z.output<typeof line>[];
    exchange_rates: readonly { currency: string; rate: string }[];
  },
  context: Parameters<typeof journalPostings>[0],
) {
  requireWithinYear(input.entry_on, { field: "entry_on", today: context.today });
  const rates = new Map(input.exchange_rates.map(({ currency, rate }) => [currency, rate]));
  return await journalPostings(context, { day: input.entry_on, lines: input.lines.map(journalLine), rates });
}

function journalLine({ account_id, debit, credit }: z.output<typeof line>): JournalLine {
  const side = debit ?? credit;
  if (side === undefined || (debit !== undefined && credit !== undefined)) {
    throw new RingmainError("INPUT_INVALID", `The line of account ${account_id} needs exactly one side.`, {
      hint: "Give debit or credit; use two lines for both.",
    });
  }
  const minor = debit === undefined ? -side.minor : side.minor;
  return { account: account_id, currency: side.currency, minor };
}
