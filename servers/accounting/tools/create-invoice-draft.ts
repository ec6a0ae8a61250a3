import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { customerId, invoiceLinesInput, invoiceRecord, lineOfText } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { priceByBooks } from "../store/invoice-lines.ts";
import { readInvoiceRecord } from "../store/invoice-view.ts";
import { insertDraft } from "../store/invoices.ts";
import { nextNumber } from "../store/numbering.ts";

export const createInvoiceDraft = defineTool({
  name: "create_invoice_draft",
  title: "Draft an invoice",
  description:
    "Draft an invoice for a customer. A draft owes nothing and has no effect on the ledger until post_invoice. Each line's net is unit_price × quantity × (1 − discount_rate), rounded to whole minor units. Returns the draft with its DRAFT number.",
  effect: "create",
  input: z.strictObject({
    customer_id: customerId,
    reference: lineOfText(140).describe("Your own reference, which stands on the invoice, e.g. DEAL-0031."),
    lines: invoiceLinesInput,
    due_in_days: z
      .int()
      .min(0)
      .max(365)
      .optional()
      .describe("Days from posting to the due day; without it the customer's payment terms."),
  }),
  output: invoiceRecord,
  facts: z.strictObject({ total: money, customer_id: z.string() }),
  async resource({ customer_id, lines }, context) {
    const { id } = await requireCustomer(context, customer_id);
    const { totalMinor, currency } = await priceByBooks(context, lines);
    return { total: { minor: totalMinor, currency }, customer_id: id };
  },
  async handler({ customer_id, reference, lines, due_in_days }, context) {
    const customer = await requireCustomer(context, customer_id);
    const priced = await priceByBooks(context, lines);
    const number = await nextNumber(context, "DRAFT");
    const id = await insertDraft(context, {
      ...priced,
      number,
      draftNumber: number,
      customerId: customer.id,
      reference,
      externalId: null,
      issuedOn: context.today,
      dueInDays: due_in_days ?? customer.payment_terms_days,
    });
    return await readInvoiceRecord(context, id);
  },
});
