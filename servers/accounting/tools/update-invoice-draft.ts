import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import {
  customerId,
  expectedVersion,
  invoiceId,
  invoiceLinesInput,
  invoiceRecord,
  lineOfText,
  pricesIncludeTax,
} from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { priceByBooks } from "../store/invoice-lines.ts";
import { expectInvoiceVersion, readInvoiceRecord } from "../store/invoice-view.ts";
import { changeDraft, requireDraft, requireInvoice } from "../store/invoices.ts";

export const updateInvoiceDraft = defineTool({
  name: "update_invoice_draft",
  title: "Change an invoice draft",
  description:
    "Change a draft before it is posted; fields left out stay as they are. Use it to correct a draft; a posted " +
    "invoice is corrected by create_credit_note. Lines are replaced as a whole and priced anew: read them with " +
    "get_invoice, change them, and pass all of them. Returns the draft; amounts are in minor units, quantities " +
    "whole units.",
  effect: "update",
  input: z.strictObject({
    invoice_id: invoiceId,
    customer_id: customerId.optional(),
    reference: lineOfText(140).optional().describe("Your own reference, which stands on the invoice."),
    lines: invoiceLinesInput.optional(),
    prices_include_tax: pricesIncludeTax.optional().describe("Only together with lines. Default: as it was."),
    due_in_days: z.int().min(0).max(365).optional().describe("Days from posting to the due day."),
    expected_version: expectedVersion,
  }),
  output: invoiceRecord,
  facts: z.strictObject({ total: money, customer_id: z.string() }),
  async resource({ invoice_id, lines, prices_include_tax, customer_id }, context) {
    const draft = await requireInvoice(context, invoice_id);
    const includeTax = prices_include_tax ?? draft.prices_include_tax === 1;
    const priced = lines && (await priceByBooks(context, lines, includeTax));
    return {
      total: {
        minor: priced?.totalMinor ?? draft.total_minor,
        currency: priced?.currency ?? draft.currency,
      },
      customer_id: customer_id ?? draft.customer_id,
    };
  },
  async handler(input, context) {
    const draft = await requireDraft(context, input.invoice_id);
    await expectInvoiceVersion(context, draft, input.expected_version);
    const { lines, customer_id } = input;
    if (customer_id !== undefined) await requireCustomer(context, customer_id);
    const includeTax = input.prices_include_tax ?? draft.prices_include_tax === 1;
    await changeDraft(context, draft, {
      reference: input.reference,
      dueInDays: input.due_in_days,
      customerId: customer_id,
      priced: lines && (await priceByBooks(context, lines, includeTax)),
    });
    return await readInvoiceRecord(context, draft.id);
  },
});
