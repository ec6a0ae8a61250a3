import { RingmainError } from "../../../src/core/errors.ts";
import { account } from "./accounts.ts";
import { type Conversion, toBase } from "./base-amounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { latestDay } from "./days.ts";
import { postEntry, withExchangeDifference } from "./ledger.ts";
import { baseOfUnallocated, changePayment, unallocatedMinor } from "./payments.ts";
import { settle } from "./settlements.ts";
import type { PaymentRow } from "./tables.ts";
import { type TakenBack, takeBackFromInvoices } from "./taken-back.ts";

/** Reads a payment by id. Throws NOT_FOUND. */
export async function requirePayment({ db }: AccountingContext, id: string): Promise<PaymentRow> {
  const row = await db.selectFrom("accounting_payment").selectAll().where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  throw new RingmainError("NOT_FOUND", `There is no payment "${id}".`, {
    hint: "list_payments shows payments with their ids; get_invoice those of one invoice.",
  });
}

/** An invoice that owes again, because a refund took money back from it. */
export interface Reopened {
  invoiceId: string;
  number: string;
  /** What was taken back. */
  minor: number;
  /** What is left to pay now. */
  balanceMinor: number;
}

/**
 * Books money paid back: first what no invoice took (debit prepayments), then what invoices took, the one due
 * last first (debit receivables: these invoices owe again); credit bank. Its day is that on which the cash moves:
 * no invoice took the money later (`shares.ts`). Throws STATE_INVALID for more than is
 * left of the payment.
 */
export async function bookRefund(
  context: AccountingContext,
  input: { payment: PaymentRow; minor: number; reason: string; conversion: Conversion },
): Promise<{ refundId: string; refundedOn: string; payment: PaymentRow; reopened: Reopened[] }> {
  const { payment, minor, reason, conversion } = input;
  const { mode, currency } = conversion;
  refuseMoreThanLeft(payment, minor);
  const fromPrepayment = Math.min(minor, unallocatedMinor(payment));
  const prepaymentBase = fromPrepayment === 0 ? 0 : baseOfUnallocated(payment, fromPrepayment, mode);
  const fromInvoices = minor - fromPrepayment;
  const taken = await takeBackFromInvoices(context, { paymentId: payment.id, minor: fromInvoices, mode });
  const takenBase = taken.reduce((sum, one) => sum + one.baseMinor, 0);
  const baseMinor = toBase(minor, conversion);
  const refundedOn = latestDay(context.today, payment.received_on);
  const refundId = context.newId("ref");
  const entryId = await postEntry(context, {
    kind: "refund",
    entryOn: refundedOn,
    sourceId: refundId,
    memo: `Refund of payment ${payment.bank_reference}`,
    postings: withExchangeDifference(
      [
        { account: account.prepayments, currency, minor: fromPrepayment, baseMinor: prepaymentBase },
        { account: account.receivables, currency, minor: fromInvoices, baseMinor: takenBase },
        { account: payment.account_id, currency, minor: -minor, baseMinor: -baseMinor },
      ],
      currency,
    ),
  });
  await context.db
    .insertInto("accounting_refund")
    .values({
      id: refundId,
      payment_id: payment.id,
      amount_minor: minor,
      exchange_rate: conversion.rate,
      base_minor: baseMinor,
      refunded_on: refundedOn,
      reason,
      entry_id: entryId,
      ...firstVersion(context),
    })
    .execute();
  context.changed("accounting_refund", refundId, 1);
  const reopened: Reopened[] = [];
  for (const one of taken) {
    const source = { paymentId: payment.id, sourceId: refundId, settledOn: refundedOn, entryId };
    reopened.push(await reopen(context, one, source));
  }
  const change = { allocated: -fromInvoices, refunded: minor, base: 0 - prepaymentBase };
  const after = await changePayment(context, payment, change);
  return { refundId, refundedOn, payment: after, reopened };
}

async function reopen(
  context: AccountingContext,
  { invoice, minor, baseMinor }: TakenBack,
  source: { paymentId: string; sourceId: string; settledOn: string; entryId: string },
): Promise<Reopened> {
  const back = { minor: -minor, baseMinor: 0 - baseMinor };
  const balanceMinor = await settle(context, { invoice, kind: "refund", ...back, ...source });
  return { invoiceId: invoice.id, number: invoice.number, minor, balanceMinor };
}

function refuseMoreThanLeft(payment: PaymentRow, minor: number): void {
  const refundable = payment.amount_minor - payment.refunded_minor;
  if (minor <= refundable) return;
  throw new RingmainError(
    "STATE_INVALID",
    `Payment ${payment.id} has ${refundable} minor units left to refund, not ${minor}.`,
    { hint: `Refund at most { minor: ${refundable}, currency: "${payment.currency}" }.` },
  );
}
