import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, invoiceId, invoiceRecord } from "../fields.ts";
import { expectInvoiceVersion, readInvoiceRecord } from "../store/invoice-view.ts";
import { changeDraft, requireDraft } from "../store/invoices.ts";

export const voidInvoiceDraft = defineTool({
  name: "void_invoice_draft",
  title: "Void an invoice draft",
  description:
    "Give up a draft that is not to be posted. Use it for a draft made by mistake; a posted invoice is credited " +
    "with create_credit_note instead. The draft keeps its DRAFT number, with status void, and can never be " +
    "posted. Returns the invoice; amounts are in minor units, quantities whole units.",
  effect: "update",
  input: z.strictObject({ invoice_id: invoiceId, expected_version: expectedVersion }),
  output: invoiceRecord,
  async handler({ invoice_id, expected_version }, context) {
    const draft = await requireDraft(context, invoice_id);
    await expectInvoiceVersion(context, draft, expected_version);
    await changeDraft(context, draft, { state: "void" });
    return await readInvoiceRecord(context, draft.id);
  },
});
