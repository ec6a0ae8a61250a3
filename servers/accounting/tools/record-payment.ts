import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { customerId, entryId, invoiceId, lineOfText, paymentId, positiveMoney, version } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { addDays } from "../store/days.ts";
import { bookPayment, requireNewBankReference } from "../store/payments.ts";
import { unallocatedMinor } from "../store/refunds.ts";
import { requireCurrency } from "../store/refusals.ts";
import { shareAsAsked, shareOldestFirst } from "../store/shares.ts";

export const recordPayment = defineTool({
  name: "record_payment",
  title: "Record a payment",
  description:
    "Record money received from a customer and allocate it to open invoices in the same currency. Books debit bank, credit receivables; what no invoice takes is kept as a prepayment. Returns the payment, what each invoice got and still owes, and what is left unallocated.",
  effect: "create",
  input: z.strictObject({
    customer_id: customerId,
    amount: positiveMoney.describe("What arrived on the bank account."),
    received_on: isoDate.describe("Value day on the bank statement, not in the future."),
    bank_reference: lineOfText(140).describe(
      "As it stands on the bank statement; the same one twice is refused.",
    ),
    allocations: z
      .array(z.strictObject({ invoice_id: invoiceId, amount: positiveMoney }))
      .max(100)
      .default([])
      .describe("Which invoice gets how much. Leave empty to pay the invoices that are due first."),
  }),
  output: z.strictObject({
    payment_id: paymentId,
    customer_id: customerId,
    amount: money,
    received_on: isoDate,
    bank_reference: z.string(),
    allocated: z.array(
      z.strictObject({
        invoice_id: invoiceId,
        number: z.string(),
        amount: money.describe("What the invoice got."),
        balance: money.describe("What it still owes."),
      }),
    ),
    unallocated: money.describe("What no invoice took."),
    entry_id: entryId,
    version,
  }),
  facts: z.strictObject({ amount: money, customer_id: z.string() }),
  async resource({ customer_id, amount }, context) {
    const { id } = await requireCustomer(context, customer_id);
    return { amount, customer_id: id };
  },
  async handler({ customer_id, amount, received_on, bank_reference, allocations }, context) {
    const { minor, currency } = amount;
    requireCurrency(currency);
    // One day of grace: east of UTC the local day begins before this one ends.
    if (received_on > addDays(context.today, 1)) {
      throw new RingmainError("INPUT_INVALID", `received_on ${received_on} is in the future.`, {
        hint: `Today is ${context.today} (UTC). Record money when it has arrived.`,
      });
    }
    await requireNewBankReference(context, bank_reference);
    const { id: customerId } = await requireCustomer(context, customer_id);
    const purse = { customerId, currency, minor };
    const shares =
      allocations.length === 0
        ? await shareOldestFirst(context, purse)
        : await shareAsAsked(
            context,
            purse,
            allocations.map((one) => ({ invoiceId: one.invoice_id, ...one.amount })),
          );
    const { row, allocations: booked } = await bookPayment(context, {
      ...purse,
      receivedOn: received_on,
      bankReference: bank_reference,
      shares,
    });
    return {
      payment_id: row.id,
      customer_id: row.customer_id,
      amount: { minor: row.amount_minor, currency },
      received_on: row.received_on,
      bank_reference: row.bank_reference,
      allocated: booked.map((one) => ({
        invoice_id: one.invoiceId,
        number: one.number,
        amount: { minor: one.minor, currency },
        balance: { minor: one.balanceMinor, currency },
      })),
      unallocated: { minor: unallocatedMinor(row), currency },
      entry_id: row.entry_id,
      version: row.version,
    };
  },
});
