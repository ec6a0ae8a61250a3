import { account } from "./accounts.ts";
import { baseOfPart, type Conversion, toBase } from "./base-amounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { latestDay } from "./days.ts";
import { postEntry, withExchangeDifference } from "./ledger.ts";
import { duplicate } from "./refusals.ts";
import type { RoundingMode } from "./rounding.ts";
import { baseOfSettlement, type SettledInvoice, settle } from "./settlements.ts";
import type { PaymentRow } from "./tables.ts";

/** A part of a payment that goes to one invoice. */
export interface Share {
  invoice: SettledInvoice;
  minor: number;
}

/** A share as it was booked. */
export interface Allocation {
  invoiceId: string;
  number: string;
  minor: number;
  allocatedOn: string;
  /** What is left to pay of the invoice. */
  balanceMinor: number;
}

/**
 * Books money received: debit bank; credit receivables for the shares, and prepayments for what no invoice
 * takes; what the rates of the invoices and of this day differ by is realised gain or loss. A share of an invoice
 * that came to owe only after the money came (issued or reopened later) is a prepayment until that day, so that
 * receivables equal the open invoices at any date. The shares have been checked against the balances.
 */
export async function bookPayment(
  context: AccountingContext,
  payment: {
    customerId: string;
    minor: number;
    conversion: Conversion;
    bankAccount: string;
    receivedOn: string;
    bankReference: string;
    shares: readonly Share[];
  },
): Promise<{ row: PaymentRow; allocations: Allocation[] }> {
  const { minor, conversion, receivedOn, bankReference, shares } = payment;
  const { currency, mode } = conversion;
  const id = context.newId("pay");
  const baseMinor = toBase(minor, conversion);
  const now = shares
    .filter(({ invoice }) => invoice.settleable_on <= receivedOn)
    .map((share) => ({ ...share, baseMinor: baseOfSettlement(share.invoice, share.minor, mode) }));
  const settled = sum(now);
  const heldBase = baseOfPart({ minor, baseMinor }, minor - settled, mode);
  const settledBase = now.reduce((total, share) => total + share.baseMinor, 0);
  const entryId = await postEntry(context, {
    kind: "payment",
    entryOn: receivedOn,
    sourceId: id,
    memo: `Payment ${bankReference}`,
    postings: withExchangeDifference(
      [
        { account: payment.bankAccount, currency, minor, baseMinor },
        { account: account.receivables, currency, minor: -settled, baseMinor: -settledBase },
        { account: account.prepayments, currency, minor: settled - minor, baseMinor: -heldBase },
      ],
      currency,
    ),
  });
  let row = await context.db
    .insertInto("accounting_payment")
    .values({
      id,
      customer_id: payment.customerId,
      currency,
      amount_minor: minor,
      allocated_minor: settled,
      refunded_minor: 0,
      exchange_rate: conversion.rate,
      base_minor: baseMinor,
      base_unallocated_minor: heldBase,
      account_id: payment.bankAccount,
      received_on: receivedOn,
      bank_reference: bankReference,
      entry_id: entryId,
      ...firstVersion(context),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_payment", id, 1);
  const allocations: Allocation[] = [];
  for (const share of now) {
    const settledOn = receivedOn;
    const source = { kind: "payment" as const, paymentId: id, sourceId: id, settledOn, entryId };
    const balanceMinor = await settle(context, { ...share, ...source });
    allocations.push(allocationOf(share, settledOn, balanceMinor));
  }
  for (const share of shares.filter(({ invoice }) => invoice.settleable_on > receivedOn)) {
    const booked = await bookAllocation(context, { payment: row, share, from: receivedOn, mode });
    row = booked.payment;
    allocations.push(booked.allocation);
  }
  return { row, allocations };
}

/**
 * Moves unallocated money of a payment to an invoice: debit prepayments, credit receivables, on the first day from
 * `from` on which both the money and the invoice are there. The share has been checked.
 */
export async function bookAllocation(
  context: AccountingContext,
  allocation: { payment: PaymentRow; share: Share; from: string; mode: RoundingMode },
): Promise<{ payment: PaymentRow; allocation: Allocation }> {
  const { payment, share, mode } = allocation;
  const { invoice, minor } = share;
  const { id, currency } = payment;
  const settledOn = latestDay(allocation.from, payment.received_on, invoice.settleable_on);
  const takenBase = baseOfUnallocated(payment, minor, mode);
  const baseMinor = baseOfSettlement(invoice, minor, mode);
  const entryId = await postEntry(context, {
    kind: "allocation",
    entryOn: settledOn,
    sourceId: id,
    memo: `Prepayment ${payment.bank_reference} to invoice ${invoice.number}`,
    postings: withExchangeDifference(
      [
        { account: account.prepayments, currency, minor, baseMinor: takenBase },
        { account: account.receivables, currency, minor: -minor, baseMinor: -baseMinor },
      ],
      currency,
    ),
  });
  const source = { kind: "payment" as const, paymentId: id, sourceId: id, settledOn, entryId };
  const balanceMinor = await settle(context, { invoice, minor, baseMinor, ...source });
  const after = await changePayment(context, payment, { allocated: minor, base: -takenBase });
  return { payment: after, allocation: allocationOf(share, settledOn, balanceMinor) };
}

/** What taking an amount off the unallocated rest of a payment (adding it, when negative) moves in the base currency. */
export function baseOfUnallocated(payment: PaymentRow, minor: number, mode: RoundingMode): number {
  const whole = { minor: payment.amount_minor, baseMinor: payment.base_minor };
  const after = baseOfPart(whole, unallocatedMinor(payment) - minor, mode);
  const change = payment.base_unallocated_minor - after;
  return minor > 0 ? Math.max(0, change) : Math.min(0, change);
}

/** What is left of a payment that neither an invoice took nor a refund returned, in minor units. */
export function unallocatedMinor(payment: PaymentRow): number {
  return payment.amount_minor - payment.allocated_minor - payment.refunded_minor;
}

/** Adds to what is allocated and refunded of a payment, and to the worth of its unallocated rest. Returns it. */
export async function changePayment(
  context: AccountingContext,
  payment: PaymentRow,
  change: { allocated?: number; refunded?: number; base: number },
): Promise<PaymentRow> {
  const row = await context.db
    .updateTable("accounting_payment")
    .set((set) => ({
      allocated_minor: set("allocated_minor", "+", change.allocated ?? 0),
      refunded_minor: set("refunded_minor", "+", change.refunded ?? 0),
      base_unallocated_minor: set("base_unallocated_minor", "+", change.base),
      version: set("version", "+", 1),
      updated_at: context.at,
    }))
    .where("id", "=", payment.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_payment", row.id, row.version);
  return row;
}

function allocationOf({ invoice, minor }: Share, allocatedOn: string, balanceMinor: number): Allocation {
  return { invoiceId: invoice.id, number: invoice.number, minor, allocatedOn, balanceMinor };
}

function sum(shares: readonly Share[]): number {
  return shares.reduce((total, { minor }) => total + minor, 0);
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
    `This bank reference was recorded already, received on ${known.received_on}.`,
    known.id,
    "If this is other money, give the reference that tells the two apart on the statement.",
  );
}
