import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import {
  bankReference,
  businessDay,
  customerId,
  entryId,
  expectedVersion,
  invoiceId,
  pastDay,
  paymentId,
  positiveMoney,
  reason,
  version,
} from "../fields.ts";
import { bookCreditNote } from "../store/credit-notes.ts";
import { creditedLines } from "../store/credited-lines.ts";
import { requireCustomer } from "../store/customers.ts";
import { expectInvoiceVersion } from "../store/invoice-view.ts";
import { requireInvoice, requirePosted } from "../store/invoices.ts";
import { unallocatedMinor } from "../store/payments.ts";
import { requireSameCurrency } from "../store/refusals.ts";

export const createCreditNote = defineTool({
  name: "create_credit_note",
  title: "Credit an invoice",
  description:
    "Take back a posted invoice in whole or part. Use it for returned goods, a wrong price or a discount granted " +
    "later; for what a customer will not pay use write_off. The note gets the next gapless number of the year " +
    "(CN-2026-0001) and its journal entry, and lowers what the invoice owes. What was paid already goes back to " +
    "the payment as unallocated money, for allocate_payment or refund_payment. Never more than was invoiced. " +
    "Without amount and lines it credits all that is left. Returns the credit note, what the invoice still owes " +
    "and the payments that got money back. Amounts include the tax, in minor units.",
  effect: "create",
  input: z.strictObject({
    invoice_id: invoiceId,
    amount: positiveMoney
      .optional()
      .describe("Tax included; divided among the lines in proportion. Not together with lines."),
    lines: z
      .array(
        z.strictObject({
          line: z.int().min(1).max(1_000).describe("Position of the line in the invoice, from 1."),
          amount: positiveMoney.optional().describe("Tax included. Default: all that is left of the line."),
        }),
      )
      .min(1)
      .max(1_000)
      .optional()
      .describe("Which lines are credited, instead of amount."),
    reason,
    issued_on: businessDay
      .optional()
      .describe(
        `Day of the credit note, not before the invoice, and ${pastDay}. Default: today, or the day of the invoice when that is later.`,
      ),
    expected_version: expectedVersion.describe("The version of the invoice that you read."),
  }),
  output: z.strictObject({
    credit_note_id: z.string().describe("Id of the credit note."),
    number: z.string().describe("Number of the credit note, e.g. CN-2026-0001."),
    invoice_id: invoiceId,
    invoice_number: z.string().describe("Number of the invoice."),
    customer_id: customerId,
    customer_name: z.string().describe("Name of the customer."),
    issued_on: isoDate.describe("Day of the credit note."),
    net: money.describe("What was credited, without the tax."),
    tax: money.describe("The tax on it."),
    total: money.describe("What was credited, tax included."),
    balance: money.describe("What the invoice still owes."),
    released: z
      .array(
        z.strictObject({
          payment_id: paymentId,
          bank_reference: bankReference,
          amount: money.describe("What the payment got back."),
          unallocated: money.describe("What it now has for other invoices or a refund."),
        }),
      )
      .describe("Payments that got money back because the invoice was paid."),
    entry_id: entryId,
    version,
  }),
  facts: z.strictObject({ amount: money, customer_id: z.string() }),
  async resource({ invoice_id, amount, lines }, context) {
    const invoice = await requireInvoice(context, invoice_id);
    const { currency, customer_id } = invoice;
    if (amount !== undefined) return { amount, customer_id };
    const named = (lines ?? []).map((line) => line.amount?.minor);
    // what is not named is taken as the whole invoice, the most it can be
    const minor = named.reduce<number>((sum, one) => sum + (one ?? invoice.total_minor), 0);
    const most = lines === undefined ? invoice.total_minor : Math.min(minor, invoice.total_minor);
    return { amount: { minor: most, currency }, customer_id };
  },
  async handler({ invoice_id, amount, lines, reason, issued_on, expected_version }, context) {
    if (amount !== undefined && lines !== undefined) {
      throw new RingmainError("INPUT_INVALID", "Give amount or lines, not both.", {
        hint: "Leave both out to credit all that is left.",
      });
    }
    const invoice = await requirePosted(context, invoice_id);
    await expectInvoiceVersion(context, invoice, expected_version);
    const { currency } = invoice;
    const named = { name: `Invoice ${invoice.number}`, currency };
    for (const one of [amount, ...(lines ?? []).map((line) => line.amount)]) {
      if (one !== undefined) requireSameCurrency(one, named);
    }
    const credited = await creditedLines(context, invoice, {
      minor: amount?.minor,
      lines: lines?.map((line) => ({ line: line.line, minor: line.amount?.minor })),
    });
    const booked = await bookCreditNote(context, { invoice, lines: credited, reason, issuedOn: issued_on });
    const { row } = booked;
    return {
      credit_note_id: row.id,
      number: row.number,
      invoice_id: invoice.id,
      invoice_number: invoice.number,
      customer_id: invoice.customer_id,
      customer_name: (await requireCustomer(context, invoice.customer_id)).name,
      issued_on: row.issued_on,
      net: { minor: row.net_minor, currency },
      tax: { minor: row.tax_minor, currency },
      total: { minor: row.total_minor, currency },
      balance: { minor: booked.balanceMinor, currency },
      released: booked.released.map(({ payment, minor }) => ({
        payment_id: payment.id,
        bank_reference: payment.bank_reference,
        amount: { minor, currency },
        unallocated: { minor: unallocatedMinor(payment), currency },
      })),
      entry_id: row.entry_id,
      version: row.version,
    };
  },
});
