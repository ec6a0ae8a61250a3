import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, invoiceId, invoiceRecord } from "../fields.ts";
import { addDays } from "../store/days.ts";
import { readInvoiceRecord } from "../store/invoice-view.ts";
import { postDraft, requireInvoice } from "../store/invoices.ts";
import { nextNumber } from "../store/numbering.ts";
import { requireVersion } from "../store/refusals.ts";

export const postInvoice = defineTool({
  name: "post_invoice",
  title: "Post an invoice",
  description:
    "Post a draft: it gets the next gapless number of the year (INV-2026-0042), today as invoice day and its journal entry (debit receivables, credit sales). A posted invoice can never be changed or deleted. Returns the posted invoice.",
  effect: "update",
  input: z.strictObject({ invoice_id: invoiceId, expected_version: expectedVersion }),
  output: invoiceRecord,
  facts: z.strictObject({ total: money, customer_id: z.string() }),
  async resource({ invoice_id }, context) {
    const invoice = await requireInvoice(context, invoice_id);
    return {
      total: { minor: invoice.total_minor, currency: invoice.currency },
      customer_id: invoice.customer_id,
    };
  },
  async handler({ invoice_id, expected_version }, context) {
    const invoice = await requireInvoice(context, invoice_id);
    requireVersion({ expected: expected_version, record: invoice });
    if (invoice.state !== "draft") {
      throw new RingmainError("STATE_INVALID", `Invoice ${invoice.number} is posted already.`, {
        hint: "Only a draft can be posted: list_invoices with status [draft] shows them.",
      });
    }
    const issuedOn = context.today;
    await postDraft(context, {
      id: invoice.id,
      number: await nextNumber(context, `INV-${issuedOn.slice(0, 4)}`),
      issuedOn,
      dueOn: addDays(issuedOn, invoice.due_in_days),
      currency: invoice.currency,
      totalMinor: invoice.total_minor,
      version: invoice.version + 1,
    });
    return await readInvoiceRecord(context, invoice.id);
  },
});
