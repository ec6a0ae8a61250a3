import { z } from "zod";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { money } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import {
  accountId,
  allocationInput,
  allocationOutput,
  businessDay,
  customerId,
  exchangeRate,
  lineOfText,
  pastDay,
  paymentRecord,
  positiveMoney,
} from "../fields.ts";
import { account, requirePostable } from "../store/accounts.ts";
import { requireCustomer } from "../store/customers.ts";
import { addDays, latestDay } from "../store/days.ts";
import { conversionFor } from "../store/exchange-rates.ts";
import { allocationView, readPaymentRecord } from "../store/payment-view.ts";
import { bookPayment, requireNewBankReference } from "../store/payments.ts";
import { requirePastDay } from "../store/refusals.ts";
import { shareAsAsked, shareOldestFirst } from "../store/shares.ts";

export const recordPayment = defineTool({
  name: "record_payment",
  title: "Record a payment",
  description:
    "Record money received from a customer and allocate it to open invoices in the same currency. Use it for " +
    "every receipt on the bank statement, once: a bank_reference that was recorded is refused, and the error " +
    "names the payment as duplicate_of. Books debit bank, credit receivables; what no invoice takes is kept as a " +
    "prepayment for allocate_payment. A payment at another exchange rate than its invoices books the realised " +
    "gain or loss. Returns the payment, what each invoice got and still owes, and what is left unallocated, in " +
    "minor units.",
  effect: "create",
  input: z.strictObject({
    customer_id: customerId,
    amount: positiveMoney.describe("What arrived on the bank account."),
    received_on: businessDay.describe(`Value day on the bank statement: ${pastDay}.`),
    bank_reference: mark(lineOfText(140), "secret").describe(
      "As it stands on the bank statement; the same one twice is refused.",
    ),
    allocations: z
      .array(allocationInput)
      .max(100)
      .default([])
      .describe("Which invoice gets how much. Leave empty to pay the invoices that are due first."),
    keep_unallocated: z
      .boolean()
      .default(false)
      .describe("Allocate nothing now; allocate_payment does it later."),
    bank_account_id: accountId
      .default(account.bank)
      .describe("Asset account it arrived on. Default 1000, Bank."),
    exchange_rate: exchangeRate.optional(),
  }),
  output: paymentRecord.extend({
    allocated: z.array(allocationOutput).describe("What this call gave to invoices."),
  }),
  facts: z.strictObject({ amount: money, customer_id: z.string() }),
  async resource({ customer_id, amount }, context) {
    const { id } = await requireCustomer(context, customer_id);
    return { amount, customer_id: id };
  },
  async handler(input, context) {
    const { amount, received_on: receivedOn, bank_reference: bankReference, allocations } = input;
    const { minor, currency } = amount;
    const { today } = context;
    requireCurrency(currency);
    requirePastDay(receivedOn, { field: "received_on", today, tomorrow: addDays(today, 1) });
    await requireNewBankReference(context, bankReference);
    const { id: customerId } = await requireCustomer(context, input.customer_id);
    await requirePostable(context, input.bank_account_id, ["asset"]);
    const purse = { customerId, currency, minor, day: latestDay(today, receivedOn) };
    const asked = allocations.map((one) => ({ invoiceId: one.invoice_id, ...one.amount }));
    const oldestFirst = asked.length === 0 && !input.keep_unallocated;
    const shares = oldestFirst
      ? await shareOldestFirst(context, purse)
      : await shareAsAsked(context, purse, asked);
    const conversion = await conversionFor(context, {
      currency,
      day: receivedOn,
      given: input.exchange_rate,
    });
    const { row, allocations: booked } = await bookPayment(context, {
      customerId,
      minor,
      conversion,
      bankAccount: input.bank_account_id,
      receivedOn,
      bankReference,
      shares,
    });
    const record = await readPaymentRecord(context, row.id);
    return { ...record, allocated: booked.map((one) => allocationView(one, currency)) };
  },
});
