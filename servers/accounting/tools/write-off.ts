import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import {
  businessDay,
  customerId,
  entryId,
  expectedVersion,
  invoiceId,
  pastDay,
  positiveMoney,
  reason,
  version,
} from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { expectInvoiceVersion } from "../store/invoice-view.ts";
import { requireInvoice, requirePosted } from "../store/invoices.ts";
import { requireSameCurrency } from "../store/refusals.ts";
import { bookWriteOff } from "../store/write-offs.ts";

export const writeOff = defineTool({
  name: "write_off",
  title: "Write off a bad debt",
  description:
    "Give up what a customer will not pay of an invoice: debit bad debts, credit receivables. Use it for a bad " +
    "debt; for a wrong invoice use create_credit_note. If the customer pays after all, undo it first with " +
    "reverse_entry and the entry_id. Returns the write-off and what the invoice still owes, in minor units.",
  effect: "create",
  input: z.strictObject({
    invoice_id: invoiceId,
    amount: positiveMoney.optional().describe("At most the balance. Default: all of it."),
    reason,
    written_off_on: businessDay
      .optional()
      .describe(
        `Day of the entry, not before the invoice, and ${pastDay}. Default: today, or the day of the invoice when that is later.`,
      ),
    expected_version: expectedVersion.describe("The version of the invoice that you read."),
  }),
  output: z.strictObject({
    write_off_id: z.string().describe("Id of the write-off."),
    invoice_id: invoiceId,
    invoice_number: z.string().describe("Number of the invoice."),
    customer_id: customerId,
    customer_name: z.string().describe("Name of the customer."),
    amount: money.describe("What was given up."),
    written_off_on: isoDate.describe("Day of the entry."),
    balance: money.describe("What the invoice still owes."),
    entry_id: entryId,
    version,
  }),
  facts: z.strictObject({ amount: money, customer_id: z.string() }),
  async resource({ invoice_id, amount }, context) {
    const { balance_minor, currency, customer_id } = await requireInvoice(context, invoice_id);
    return { amount: amount ?? { minor: balance_minor, currency }, customer_id };
  },
  async handler({ invoice_id, amount, reason, written_off_on, expected_version }, context) {
    const invoice = await requirePosted(context, invoice_id);
    await expectInvoiceVersion(context, invoice, expected_version);
    const { currency } = invoice;
    if (amount !== undefined) requireSameCurrency(amount, { name: `Invoice ${invoice.number}`, currency });
    const minor = amount?.minor ?? invoice.balance_minor;
    if (minor === 0) {
      throw new RingmainError("STATE_INVALID", `Invoice ${invoice.number} owes nothing.`, {
        hint: "list_invoices with status [overdue] shows what is owed.",
      });
    }
    const { row, balanceMinor } = await bookWriteOff(context, {
      invoice,
      minor,
      reason,
      day: written_off_on,
    });
    return {
      write_off_id: row.id,
      invoice_id: invoice.id,
      invoice_number: invoice.number,
      customer_id: invoice.customer_id,
      customer_name: (await requireCustomer(context, invoice.customer_id)).name,
      amount: { minor: row.amount_minor, currency },
      written_off_on: row.written_off_on,
      balance: { minor: balanceMinor, currency },
      entry_id: row.entry_id,
      version: row.version,
    };
  },
});
