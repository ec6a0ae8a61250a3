import { RingmainError } from "../../../src/core/errors.ts";
import { account } from "./accounts.ts";
import type { AccountingContext } from "./context.ts";
import { addDays, latestDay } from "./days.ts";
import { requireInvoice } from "./invoices.ts";
import { type Posting, postEntry, withExchangeDifference } from "./ledger.ts";
import { duplicate, requireNotBefore, requirePastDay, requireWithinYear } from "./refusals.ts";
import { readRounding } from "./settings.ts";
import { baseOfSettlement, settle } from "./settlements.ts";
import type { EntryKind, EntryRow } from "./tables.ts";

/** Reads an entry. Throws NOT_FOUND. */
export async function requireEntry({ db }: AccountingContext, id: string): Promise<EntryRow> {
  const row = await db.selectFrom("accounting_entry").selectAll().where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  throw new RingmainError("NOT_FOUND", `There is no journal entry "${id}".`, {
    hint: "report with report general_ledger lists the entries with their ids.",
  });
}

/** How each kind of entry is undone; the kinds that are not here can be reversed. */
const otherwise: Partial<Record<EntryKind, string>> = {
  invoice: "Correct an invoice with create_credit_note.",
  payment: "Pay money back with refund_payment.",
  allocation: "Money of a payment comes back from an invoice by refund_payment or create_credit_note.",
  refund: "Record the money anew with record_payment.",
  credit_note: "Bill the customer anew with create_invoice_draft.",
  reversal: "Post the entry anew with post_journal.",
};

/**
 * Posts the opposite of an entry, so that both together are nothing in any account, currency and in the base
 * currency. An entry is reversed once. Reversing a write-off makes the invoice owe the amount again, in the base currency
 * what that is worth of it by now: other settlements may have rounded otherwise since. Throws
 * STATE_INVALID for kinds that are undone otherwise, CONFLICT for a second reversal, INPUT_INVALID for a day before
 * the entry or more than a year ahead, and of a write-off, after which the invoice owes, for one in the future.
 */
export async function reverseEntry(
  context: AccountingContext,
  input: { entry: EntryRow; day: string | undefined; reason: string },
): Promise<string> {
  const { entry } = input;
  const hint = otherwise[entry.kind];
  if (hint !== undefined) {
    const what = `${entry.kind.replace("_", " ")} entry`;
    throw new RingmainError("STATE_INVALID", `Entry ${entry.number}, the ${what}, is not reversed.`, {
      hint,
    });
  }
  await refuseSecond(context, entry);
  const day = input.day ?? latestDay(context.today, entry.entry_on);
  requireNotBefore(day, { field: "entry_on", first: entry.entry_on, reason: "the entry it reverses" });
  if (input.day !== undefined) requireNotTooLate(context, entry, input.day);
  const postings = await context.db
    .selectFrom("accounting_posting")
    .selectAll()
    .where("entry_id", "=", entry.id)
    .orderBy("line")
    .execute();
  const opposite = postings.map((posting) => ({
    account: posting.account_id,
    currency: posting.currency,
    minor: 0 - posting.amount_minor,
    baseMinor: 0 - posting.base_minor,
  }));
  const recovery = entry.kind === "write_off" ? await recoveryOf(context, entry) : undefined;
  const reversal = await postEntry(context, {
    kind: "reversal",
    entryOn: day,
    sourceId: entry.source_id,
    memo: `Reversal of entry ${entry.number}: ${input.reason}`,
    reversesId: entry.id,
    postings: recovery === undefined ? opposite : owedAgain(opposite, recovery),
  });
  // the invoice owes again what was written off
  if (recovery !== undefined) await settle(context, { ...recovery, settledOn: day, entryId: reversal });
  return reversal;
}

function requireNotTooLate({ today }: AccountingContext, entry: EntryRow, day: string): void {
  const field = "entry_on";
  if (entry.kind === "write_off") requirePastDay(day, { field, today, tomorrow: addDays(today, 1) });
  else requireWithinYear(day, { field, today });
}

async function refuseSecond({ db }: AccountingContext, entry: EntryRow): Promise<void> {
  const first = await db
    .selectFrom("accounting_entry")
    .select(["id", "number", "entry_on"])
    .where("reverses_id", "=", entry.id)
    .executeTakeFirst();
  if (first === undefined) return;
  throw duplicate(
    `Entry ${entry.number} was reversed already, by entry ${first.number} on ${first.entry_on}.`,
    first.id,
    "An entry is reversed once.",
  );
}

/** What makes an invoice owe again what was written off. */
async function recoveryOf(context: AccountingContext, entry: EntryRow) {
  const writeOff = await context.db
    .selectFrom("accounting_write_off")
    .selectAll()
    .where("id", "=", entry.source_id)
    .executeTakeFirstOrThrow();
  const invoice = await requireInvoice(context, writeOff.invoice_id);
  const minor = -writeOff.amount_minor;
  const baseMinor = baseOfSettlement(invoice, minor, await readRounding(context));
  return { invoice, kind: "recovery" as const, paymentId: null, sourceId: writeOff.id, minor, baseMinor };
}

/** The postings of a recovery: receivables rise by what the invoice comes to owe; a difference by rounding is realised. */
function owedAgain(opposite: readonly Posting[], recovery: { baseMinor: number }): readonly Posting[] {
  const postings = opposite.map((posting) =>
    posting.account === account.receivables ? { ...posting, baseMinor: 0 - recovery.baseMinor } : posting,
  );
  const surplus = postings.reduce((sum, { baseMinor }) => sum + baseMinor, 0);
  const [{ currency } = { currency: "" }] = postings;
  return surplus === 0 ? postings : withExchangeDifference(postings, currency);
}
