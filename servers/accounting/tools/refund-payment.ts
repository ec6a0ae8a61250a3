import { z } from "zod";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import {
  bankReference,
  customerId,
  exchangeRate,
  expectedVersion,
  invoiceId,
  paymentId,
  positiveMoney,
  reason,
  version,
} from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { conversionFor } from "../store/exchange-rates.ts";
import { expectPaymentVersion } from "../store/payment-view.ts";
import { unallocatedMinor } from "../store/payments.ts";
import { bookRefund, requirePayment } from "../store/refunds.ts";
import { requireSameCurrency } from "../store/refusals.ts";

export const refundPayment = defineTool({
  name: "refund_payment",
  title: "Refund a payment",
  description:
    "Record money paid back to a customer out of one payment. Use it after the bank has paid it back; to take " +
    "back an invoice use create_credit_note. What no invoice took is used first; beyond it the money is taken " +
    "back from the invoices the payment settled, the one due last first, and they owe again. Returns the refund, " +
    "the payment after it and the reopened invoices, in minor units.",
  effect: "create",
  input: z.strictObject({
    payment_id: paymentId,
    amount: positiveMoney.describe("What is paid back, in the payment's currency."),
    reason,
    exchange_rate: exchangeRate.optional(),
    expected_version: expectedVersion.describe("The version of the payment that you read."),
  }),
  output: z.strictObject({
    refund_id: z.string().describe("Id of the refund."),
    payment_id: paymentId,
    bank_reference: bankReference.describe("Of the payment, as it stands on the bank statement."),
    customer_id: customerId,
    customer_name: z.string().describe("Name of the customer."),
    amount: money.describe("What was paid back."),
    refunded_on: isoDate.describe("Day of the refund."),
    reopened: z
      .array(
        z.strictObject({
          invoice_id: invoiceId,
          number: z.string().describe("Number of the invoice."),
          amount: money.describe("What was taken back from the invoice."),
          balance: money.describe("What it owes now."),
        }),
      )
      .describe("Invoices that owe again."),
    refundable: money.describe("What is left of the payment to refund."),
    unallocated: money.describe("What is left of the payment that no invoice took."),
    version: version.describe("Version of the payment after the refund."),
  }),
  facts: z.strictObject({ amount: money, customer_id: z.string() }),
  async resource({ payment_id, amount }, context) {
    const payment = await requirePayment(context, payment_id);
    return { amount, customer_id: payment.customer_id };
  },
  async handler({ payment_id, amount, reason, exchange_rate, expected_version }, context) {
    const payment = await requirePayment(context, payment_id);
    await expectPaymentVersion(context, payment, expected_version);
    const { currency } = payment;
    requireSameCurrency(amount, { name: `Payment ${payment.id}`, currency });
    const conversion = await conversionFor(context, { currency, day: context.today, given: exchange_rate });
    const booked = await bookRefund(context, { payment, minor: amount.minor, reason, conversion });
    const after = booked.payment;
    return {
      refund_id: booked.refundId,
      payment_id: after.id,
      bank_reference: after.bank_reference,
      customer_id: after.customer_id,
      customer_name: (await requireCustomer(context, after.customer_id)).name,
      amount: { minor: amount.minor, currency },
      refunded_on: booked.refundedOn,
      reopened: booked.reopened.map((one) => ({
        invoice_id: one.invoiceId,
        number: one.number,
        amount: { minor: one.minor, currency },
        balance: { minor: one.balanceMinor, currency },
      })),
      refundable: { minor: after.amount_minor - after.refunded_minor, currency },
      unallocated: { minor: unallocatedMinor(after), currency },
      version: after.version,
    };
  },
});
