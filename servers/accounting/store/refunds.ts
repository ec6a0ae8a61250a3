import { RingmainError } from "../../../src/core/errors.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { latestDay } from "./days.ts";
import { lowerBalance } from "./invoices.ts";
import { account, postEntry } from "./ledger.ts";
import { insertAllocation } from "./payments.ts";
import type { PaymentRow } from "./tables.ts";

/** Reads a payment by id. Throws NOT_FOUND. */
export async function requirePayment({ db }: AccountingContext, id: string): Promise<PaymentRow> {
  const row = await db.selectFrom("accounting_payment").selectAll().where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  throw new RingmainError("NOT_FOUND", `There is no payment "${id}".`, {
    hint: "get_invoice lists the payments of an invoice with their ids.",
  });
}

/** What is left of a payment that neither an invoice took nor a refund returned, in minor units. */
export function unallocatedMinor(payment: PaymentRow): number {
  return payment.amount_minor - payment.allocated_minor - payment.refunded_minor;
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
 * last first (debit receivables: these invoices owe again); credit bank. Throws STATE_INVALID for more than is
 * left of the payment.
 */
export async function bookRefund(
  context: AccountingContext,
  input: { payment: PaymentRow; minor: number; reason: string },
): Promise<{ refundId: string; refundedOn: string; payment: PaymentRow; reopened: Reopened[] }> {
  const { payment, minor, reason } = input;
  const refundable = payment.amount_minor - payment.refunded_minor;
  if (minor > refundable) {
    throw new RingmainError(
      "STATE_INVALID",
      `Payment ${payment.id} has ${refundable} minor units left to refund, not ${minor}.`,
      { hint: `Refund at most { minor: ${refundable}, currency: "${payment.currency}" }.` },
    );
  }
  const fromPrepayment = Math.min(minor, unallocatedMinor(payment));
  const taken = await chooseShares(context, payment.id, minor - fromPrepayment);
  const refundedOn = latestDay(context.today, payment.received_on, ...taken.map((one) => one.allocatedOn));
  const refundId = context.newId("ref");
  const entryId = await postEntry(context, {
    kind: "refund",
    entryOn: refundedOn,
    sourceId: refundId,
    memo: `Refund of payment ${payment.bank_reference}`,
    postings: [
      { account: account.prepayments, currency: payment.currency, minor: fromPrepayment },
      { account: account.receivables, currency: payment.currency, minor: minor - fromPrepayment },
      { account: account.bank, currency: payment.currency, minor: -minor },
    ],
  });
  await context.db
    .insertInto("accounting_refund")
    .values({
      id: refundId,
      payment_id: payment.id,
      amount_minor: minor,
      refunded_on: refundedOn,
      reason,
      entry_id: entryId,
      ...firstVersion(context),
    })
    .execute();
  context.changed("accounting_refund", refundId, 1);
  const reopened: Reopened[] = [];
  for (const { invoiceId, number, minor: back } of taken) {
    await insertAllocation(context, {
      paymentId: payment.id,
      invoiceId,
      refundId,
      minor: -back,
      allocatedOn: refundedOn,
      entryId,
    });
    const balanceMinor = await lowerBalance(context, invoiceId, -back);
    reopened.push({ invoiceId, number, minor: back, balanceMinor });
  }
  const after = await context.db
    .updateTable("accounting_payment")
    .set((set) => ({
      refunded_minor: set("refunded_minor", "+", minor),
      allocated_minor: set("allocated_minor", "-", minor - fromPrepayment),
      version: set("version", "+", 1),
      updated_at: context.at,
    }))
    .where("id", "=", payment.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_payment", after.id, after.version);
  return { refundId, refundedOn, payment: after, reopened };
}

/** Which invoices give back how much, the one due last first. */
async function chooseShares({ db }: AccountingContext, paymentId: string, minor: number) {
  if (minor === 0) return [];
  const rows = await db
    .selectFrom("accounting_allocation as allocation")
    .innerJoin("accounting_invoice as invoice", "invoice.id", "allocation.invoice_id")
    .where("allocation.payment_id", "=", paymentId)
    .groupBy("invoice.id")
    .select(["invoice.id", "invoice.number"])
    .select(({ fn }) => [
      fn.sum<number>("allocation.amount_minor").as("minor"),
      fn.max("allocation.allocated_on").as("allocated_on"),
    ])
    .having(({ fn }) => fn.sum<number>("allocation.amount_minor"), ">", 0)
    .orderBy("invoice.due_on", "desc")
    .orderBy("invoice.id", "desc")
    .execute();
  const taken: { invoiceId: string; number: string; minor: number; allocatedOn: string }[] = [];
  let left = minor;
  for (const row of rows) {
    if (left === 0) break;
    const part = Math.min(left, row.minor);
    taken.push({ invoiceId: row.id, number: row.number, minor: part, allocatedOn: row.allocated_on });
    left -= part;
  }
  return taken;
}
