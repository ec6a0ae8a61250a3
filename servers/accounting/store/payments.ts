import type { AccountingContext } from "./context.ts";
import { firstVersion } from "./context.ts";
import { latestDay } from "./days.ts";
import { lowerBalance } from "./invoices.ts";
import { account, postEntry } from "./ledger.ts";
import { duplicate } from "./refusals.ts";
import type { PaymentRow } from "./tables.ts";

/** A part of a payment that goes to one invoice. */
export interface Share {
  invoiceId: string;
  number: string;
  issuedOn: string;
  minor: number;
}

/** A share as it was booked. */
export interface Allocation {
  invoiceId: string;
  number: string;
  minor: number;
  /** What is left to pay of the invoice. */
  balanceMinor: number;
}

/**
 * Books money received: debit bank; credit receivables for the shares, and prepayments for what no invoice
 * takes. A share of an invoice issued only after the money came is a prepayment until that day, so that
 * receivables equal the open invoices at any date. The shares have been checked against the balances.
 */
export async function bookPayment(
  context: AccountingContext,
  payment: {
    customerId: string;
    currency: string;
    minor: number;
    receivedOn: string;
    bankReference: string;
    shares: readonly Share[];
  },
): Promise<{ row: PaymentRow; allocations: Allocation[] }> {
  const { currency, minor, receivedOn, bankReference, shares } = payment;
  const id = context.newId("pay");
  const settled = sum(shares.filter(({ issuedOn }) => issuedOn <= receivedOn));
  const entryId = await postEntry(context, {
    kind: "payment",
    entryOn: receivedOn,
    sourceId: id,
    memo: `Payment ${bankReference}`,
    postings: [
      { account: account.bank, currency, minor },
      { account: account.receivables, currency, minor: -settled },
      { account: account.prepayments, currency, minor: settled - minor },
    ],
  });
  const row = await context.db
    .insertInto("accounting_payment")
    .values({
      id,
      customer_id: payment.customerId,
      currency,
      amount_minor: minor,
      allocated_minor: sum(shares),
      refunded_minor: 0,
      received_on: receivedOn,
      bank_reference: bankReference,
      entry_id: entryId,
      ...firstVersion(context),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_payment", id, 1);
  const allocations: Allocation[] = [];
  for (const share of shares) allocations.push(await bookShare(context, row, share));
  return { row, allocations };
}

async function bookShare(
  context: AccountingContext,
  payment: PaymentRow,
  { invoiceId, number, issuedOn, minor }: Share,
): Promise<Allocation> {
  const { currency } = payment;
  const allocatedOn = latestDay(payment.received_on, issuedOn);
  const entryId =
    allocatedOn === payment.received_on
      ? payment.entry_id
      : await postEntry(context, {
          kind: "allocation",
          entryOn: allocatedOn,
          sourceId: payment.id,
          memo: `Prepayment ${payment.bank_reference} to invoice ${number}`,
          postings: [
            { account: account.prepayments, currency, minor },
            { account: account.receivables, currency, minor: -minor },
          ],
        });
  await insertAllocation(context, {
    paymentId: payment.id,
    invoiceId,
    refundId: null,
    minor,
    allocatedOn,
    entryId,
  });
  return { invoiceId, number, minor, balanceMinor: await lowerBalance(context, invoiceId, minor) };
}

/** Writes one allocation; a negative one takes money back for a refund. */
export async function insertAllocation(
  context: AccountingContext,
  allocation: {
    paymentId: string;
    invoiceId: string;
    refundId: string | null;
    minor: number;
    allocatedOn: string;
    entryId: string;
  },
): Promise<void> {
  const id = context.newId("alc");
  await context.db
    .insertInto("accounting_allocation")
    .values({
      id,
      payment_id: allocation.paymentId,
      invoice_id: allocation.invoiceId,
      refund_id: allocation.refundId,
      amount_minor: allocation.minor,
      allocated_on: allocation.allocatedOn,
      entry_id: allocation.entryId,
      ...firstVersion(context),
    })
    .execute();
  context.changed("accounting_allocation", id, 1);
}

function sum(shares: readonly Share[]): number {
  return shares.reduce((total, { minor }) => total + minor, 0);
}

/** What payments gave to an invoice and refunds took back from it, in the order of their days. */
export async function allocationsOf({ db }: AccountingContext, invoiceId: string) {
  return await db
    .selectFrom("accounting_allocation as allocation")
    .innerJoin("accounting_payment as payment", "payment.id", "allocation.payment_id")
    .select([
      "allocation.payment_id",
      "allocation.allocated_on",
      "allocation.amount_minor",
      "payment.bank_reference",
    ])
    .where("allocation.invoice_id", "=", invoiceId)
    .orderBy("allocation.allocated_on")
    .orderBy("allocation.id")
    .execute();
}

/** Refuses a bank reference that is booked already. Throws CONFLICT. */
export async function requireNewBankReference({ db }: AccountingContext, reference: string): Promise<void> {
  const known = await db
    .selectFrom("accounting_payment")
    .select(["id", "received_on"])
    .where("bank_reference", "=", reference)
    .executeTakeFirst();
  if (known === undefined) return;
  throw duplicate(
    `The bank reference "${reference}" was recorded already, received on ${known.received_on}.`,
    known.id,
    "If this is other money, give the reference that tells the two apart on the statement.",
  );
}
