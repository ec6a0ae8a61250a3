import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { currency, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import {
  businessDay,
  customerId,
  exchangeRate,
  externalId,
  invoiceLinesInput,
  invoiceRecord,
  lineOfText,
  pastDay,
  pricesIncludeTax,
} from "../fields.ts";
import { importInvoice as importPosted } from "../store/import.ts";
import { priceByBooks } from "../store/invoice-lines.ts";
import { readInvoiceRecord } from "../store/invoice-view.ts";

export const importInvoice = defineTool({
  name: "import_invoice",
  title: "Import a posted invoice",
  description:
    "Record an invoice that another system issued, as posted, with its journal entry on its own invoice day. Use " +
    "it to take over old books; for new invoices use create_invoice_draft and post_invoice. It gets a number of " +
    "the import series of its year (IMP-2025-0001); its own number goes into reference. The same external_id " +
    "twice is refused: the error names the first one as duplicate_of. Books without a base currency get that of " +
    "the first posting; in any other currency it needs an exchange rate. Returns the invoice; amounts are in " +
    "minor units, quantities whole units.",
  effect: "create",
  input: z.strictObject({
    external_id: externalId.describe("Its id in the other system; unique among all invoices."),
    reference: lineOfText(140).optional().describe("Its number in the other system. Default: external_id."),
    customer_id: customerId.optional(),
    customer_external_id: externalId
      .optional()
      .describe("The customer's external_id, instead of customer_id. Give exactly one of the two."),
    issued_on: businessDay.describe(`Invoice day, YYYY-MM-DD: ${pastDay}.`),
    due_on: businessDay
      .optional()
      .describe("Due day, not before issued_on. Default: issued_on plus the customer's payment terms."),
    currency: currency.describe("ISO 4217 code, the same as in every line."),
    lines: invoiceLinesInput,
    prices_include_tax: pricesIncludeTax.default(false),
    exchange_rate: exchangeRate.optional(),
  }),
  output: invoiceRecord,
  facts: z.strictObject({ total: money }),
  async resource({ lines, prices_include_tax }, context) {
    const priced = await priceByBooks(context, lines, prices_include_tax);
    return { total: { minor: priced.totalMinor, currency: priced.currency } };
  },
  async handler(input, context) {
    const priced = await priceByBooks(context, input.lines, input.prices_include_tax);
    if (priced.currency !== input.currency) {
      throw new RingmainError(
        "INPUT_INVALID",
        `The lines are in ${priced.currency}, the invoice in ${input.currency}.`,
        { hint: "Give the same currency in both." },
      );
    }
    const id = await importPosted(context, {
      priced,
      externalId: input.external_id,
      reference: input.reference ?? input.external_id,
      customerId: input.customer_id,
      customerExternalId: input.customer_external_id,
      issuedOn: input.issued_on,
      dueOn: input.due_on,
      exchangeRate: input.exchange_rate,
    });
    return await readInvoiceRecord(context, id);
  },
});
