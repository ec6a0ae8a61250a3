import { RingmainError } from "../../../src/core/errors.ts";
import { account } from "./accounts.ts";
import { divideAmong } from "./base-amounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import type { CreditedLine } from "./credited-lines.ts";
import { addDays, latestDay } from "./days.ts";
import { type Posting, postEntry, withExchangeDifference } from "./ledger.ts";
import { nextNumber } from "./numbering.ts";
import { baseOfUnallocated, changePayment } from "./payments.ts";
import { requireNotBefore, requirePastDay } from "./refusals.ts";
import { readRounding } from "./settings.ts";
import { afterSettlement, baseOfSettlement, settle } from "./settlements.ts";
import type { CreditNoteRow, InvoiceRow, PaymentRow } from "./tables.ts";
import { giveBackToPayments } from "./taken-back.ts";

/** Money that an invoice no longer needs and its payment has again. */
export interface Released {
  payment: PaymentRow;
  minor: number;
}

/**
 * Books a credit note: debit income and tax of the credited lines, credit receivables, at the rate of the invoice.
 * What exceeds the balance was paid already: it goes back to the payments, the last one first, as unallocated
 * money (debit receivables, credit prepayments). Throws STATE_INVALID when a write-off stands in the way.
 */
export async function bookCreditNote(
  context: AccountingContext,
  input: {
    invoice: InvoiceRow;
    lines: readonly CreditedLine[];
    reason: string;
    issuedOn: string | undefined;
  },
): Promise<{ row: CreditNoteRow; released: Released[]; balanceMinor: number }> {
  const { invoice, lines, reason } = input;
  const { currency } = invoice;
  const mode = await readRounding(context);
  const netMinor = lines.reduce((sum, line) => sum + line.netMinor, 0);
  const taxMinor = lines.reduce((sum, line) => sum + line.taxMinor, 0);
  const totalMinor = netMinor + taxMinor;

  const excess = Math.max(0, totalMinor - invoice.balance_minor);
  const given = await giveBackToPayments(context, { invoiceId: invoice.id, minor: excess });
  refuseWrittenOff(invoice, excess - given.reduce((sum, { minor }) => sum + minor, 0));
  const issuedOn = dayOf(context, { ...input, days: given.map(({ allocatedOn }) => allocatedOn) });

  const postings: Posting[] = [];
  let standing = invoice;
  const releases = given.map(({ payment, minor }) => {
    const baseMinor = baseOfSettlement(standing, -minor, mode);
    const back = {
      invoice: standing,
      payment,
      minor,
      baseMinor,
      heldBase: baseOfUnallocated(payment, -minor, mode),
    };
    standing = { ...standing, ...afterSettlement(standing, -minor, baseMinor) };
    postings.push(
      { account: account.receivables, currency, minor, baseMinor: 0 - baseMinor },
      { account: account.prepayments, currency, minor: -minor, baseMinor: back.heldBase },
    );
    return back;
  });
  const baseMinor = baseOfSettlement(standing, totalMinor, mode);
  postings.push(...debitsOf(lines, { currency, baseMinor }), {
    account: account.receivables,
    currency,
    minor: -totalMinor,
    baseMinor: -baseMinor,
  });

  const number = await nextNumber(context, `CN-${issuedOn.slice(0, 4)}`);
  const id = context.newId("crn");
  const entryId = await postEntry(context, {
    kind: "credit_note",
    entryOn: issuedOn,
    sourceId: id,
    memo: `Credit note ${number} to invoice ${invoice.number}`,
    postings: withExchangeDifference(postings, currency),
  });
  const row = await insertCreditNote(context, {
    id,
    number,
    invoice_id: invoice.id,
    net_minor: netMinor,
    tax_minor: taxMinor,
    total_minor: totalMinor,
    issued_on: issuedOn,
    reason,
    entry_id: entryId,
    lines,
  });
  await context.link(invoice.number, number, "credit_note");
  const source = { sourceId: id, settledOn: issuedOn, entryId };
  const released: Released[] = [];
  for (const { invoice: before, payment, minor, baseMinor: back, heldBase } of releases) {
    const release = { invoice: before, kind: "release" as const, paymentId: payment.id };
    await settle(context, { ...release, minor: -minor, baseMinor: back, ...source });
    const after = await changePayment(context, payment, { allocated: -minor, base: 0 - heldBase });
    released.push({ payment: after, minor });
  }
  const credit = { invoice: standing, kind: "credit_note" as const, paymentId: null };
  const balanceMinor = await settle(context, { ...credit, minor: totalMinor, baseMinor, ...source });
  return { row, released, balanceMinor };
}

/** The debits to income and tax, by account, dividing what receivables lose in the base currency. */
function debitsOf(lines: readonly CreditedLine[], total: { currency: string; baseMinor: number }): Posting[] {
  const sums = new Map<string, number>();
  for (const { incomeAccount, taxAccount, netMinor, taxMinor } of lines) {
    sums.set(incomeAccount, (sums.get(incomeAccount) ?? 0) + netMinor);
    sums.set(taxAccount, (sums.get(taxAccount) ?? 0) + taxMinor);
  }
  const shares = divideAmong(total.baseMinor, [...sums.values()]);
  return [...sums].map(([id, minor], index) => ({
    account: id,
    currency: total.currency,
    minor,
    baseMinor: shares[index] ?? 0,
  }));
}

function dayOf(
  { today }: AccountingContext,
  input: { invoice: InvoiceRow; issuedOn: string | undefined; days: readonly string[] },
): string {
  const first = latestDay(input.invoice.settleable_on, ...input.days);
  const day = input.issuedOn ?? latestDay(today, first);
  requireNotBefore(day, {
    field: "issued_on",
    first,
    reason: "the invoice came to owe it, or its payments came",
  });
  if (input.issuedOn !== undefined) {
    requirePastDay(day, { field: "issued_on", today, tomorrow: addDays(today, 1) });
  }
  return day;
}

function refuseWrittenOff(invoice: InvoiceRow, missing: number): void {
  if (missing === 0) return;
  throw new RingmainError(
    "STATE_INVALID",
    `${missing} minor units of invoice ${invoice.number} were written off and cannot be credited as well.`,
    { hint: "Reverse the write-off first: get_invoice shows its entry_id, reverse_entry reverses it." },
  );
}

async function insertCreditNote(
  context: AccountingContext,
  note: Omit<CreditNoteRow, "version" | "created_at" | "updated_at"> & { lines: readonly CreditedLine[] },
): Promise<CreditNoteRow> {
  const { lines, ...values } = note;
  const row = await context.db
    .insertInto("accounting_credit_note")
    .values({ ...values, ...firstVersion(context) })
    .returningAll()
    .executeTakeFirstOrThrow();
  await context.db
    .insertInto("accounting_credit_note_line")
    .values(
      lines.map(({ line, netMinor, taxMinor }) => ({
        credit_note_id: row.id,
        invoice_id: row.invoice_id,
        line,
        net_minor: netMinor,
        tax_minor: taxMinor,
      })),
    )
    .execute();
  context.changed("accounting_credit_note", row.id, 1);
  return row;
}

/** The credit notes of an invoice, in the order of their days. */
export async function creditNotesOf({ db }: AccountingContext, invoiceId: string): Promise<CreditNoteRow[]> {
  return await db
    .selectFrom("accounting_credit_note")
    .selectAll()
    .where("invoice_id", "=", invoiceId)
    .orderBy("issued_on")
    .orderBy("id")
    .execute();
}
