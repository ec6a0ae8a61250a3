import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { allocationInput, allocationOutput, expectedVersion, paymentId, paymentRecord } from "../fields.ts";
import { latestDay } from "../store/days.ts";
import { allocationView, expectPaymentVersion, readPaymentRecord } from "../store/payment-view.ts";
import { type Allocation, bookAllocation, unallocatedMinor } from "../store/payments.ts";
import { requirePayment } from "../store/refunds.ts";
import { readRounding } from "../store/settings.ts";
import { shareAsAsked, shareOldestFirst } from "../store/shares.ts";

export const allocatePayment = defineTool({
  name: "allocate_payment",
  title: "Allocate a payment",
  description:
    "Give the unallocated money of a payment to open invoices of its customer in its currency: debit prepayments, " +
    "credit receivables, today (or on the day the money came, if later). Use it when a payment came before its invoice " +
    "or was kept unallocated; list_payments with unallocated_only finds such payments. Returns the payment, what " +
    "each invoice got and still owes, and what is left, in minor units.",
  effect: "update",
  input: z.strictObject({
    payment_id: paymentId,
    allocations: z
      .array(allocationInput)
      .max(100)
      .default([])
      .describe("Which invoice gets how much. Leave empty to pay the invoices that are due first."),
    expected_version: expectedVersion.describe("The version of the payment that you read."),
  }),
  output: paymentRecord.extend({
    allocated: z.array(allocationOutput).describe("What this call gave to invoices."),
  }),
  facts: z.strictObject({ unallocated: money, customer_id: z.string() }),
  async resource({ payment_id }, context) {
    const payment = await requirePayment(context, payment_id);
    const { currency, customer_id } = payment;
    return { unallocated: { minor: unallocatedMinor(payment), currency }, customer_id };
  },
  async handler({ payment_id, allocations, expected_version }, context) {
    let payment = await requirePayment(context, payment_id);
    await expectPaymentVersion(context, payment, expected_version);
    const { currency, customer_id: customerId } = payment;
    const day = latestDay(context.today, payment.received_on);
    const purse = { customerId, currency, minor: unallocatedMinor(payment), day };
    const asked = allocations.map((one) => ({ invoiceId: one.invoice_id, ...one.amount }));
    const shares =
      asked.length === 0 ? await shareOldestFirst(context, purse) : await shareAsAsked(context, purse, asked);
    if (shares.length === 0) {
      const nothing = purse.minor === 0 ? "has nothing left to allocate" : "finds no open invoice";
      throw new RingmainError("STATE_INVALID", `Payment ${payment.id} ${nothing}.`, {
        hint: "list_invoices with customer_id shows what is open; refund_payment pays money back.",
      });
    }
    const mode = await readRounding(context);
    const booked: Allocation[] = [];
    for (const share of shares) {
      const one = await bookAllocation(context, { payment, share, from: context.today, mode });
      payment = one.payment;
      booked.push(one.allocation);
    }
    const record = await readPaymentRecord(context, payment.id);
    return { ...record, allocated: booked.map((one) => allocationView(one, currency)) };
  },
});
