import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { exchangeRate, expectedVersion, invoiceId, invoiceRecord } from "../fields.ts";
import { addDays } from "../store/days.ts";
import { expectInvoiceVersion, readInvoiceRecord } from "../store/invoice-view.ts";
import { requireDraft, requireInvoice } from "../store/invoices.ts";
import { nextNumber } from "../store/numbering.ts";
import { postDraft } from "../store/posting-invoices.ts";

export const postInvoice = defineTool({
  name: "post_invoice",
  title: "Post an invoice",
  description:
    "Post a draft: it gets the next gapless number of the year (INV-2026-0042), today as invoice day and its " +
    "journal entry (debit receivables, credit income and tax). Use it when the draft is right and the customer is " +
    "to owe it: a posted invoice can never be changed or deleted, only credited (create_credit_note). An invoice " +
    "in a foreign currency needs a rate (set_exchange_rate). Returns the posted invoice; amounts are in minor " +
    "units, quantities whole units.",
  effect: "update",
  input: z.strictObject({
    invoice_id: invoiceId,
    exchange_rate: exchangeRate.optional(),
    expected_version: expectedVersion,
  }),
  output: invoiceRecord,
  facts: z.strictObject({ total: money, customer_id: z.string() }),
  async resource({ invoice_id }, context) {
    const invoice = await requireInvoice(context, invoice_id);
    return {
      total: { minor: invoice.total_minor, currency: invoice.currency },
      customer_id: invoice.customer_id,
    };
  },
  async handler({ invoice_id, exchange_rate, expected_version }, context) {
    const draft = await requireDraft(context, invoice_id);
    await expectInvoiceVersion(context, draft, expected_version);
    const issuedOn = context.today;
    const number = await nextNumber(context, `INV-${issuedOn.slice(0, 4)}`);
    await postDraft(context, draft, {
      number,
      issuedOn,
      dueOn: addDays(issuedOn, draft.due_in_days),
      version: draft.version + 1,
      exchangeRate: exchange_rate,
    });
    await context.moveLinks(draft.number, number);
    return await readInvoiceRecord(context, draft.id);
  },
});
