import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { customerId, invoiceLinesInput, invoiceRecord, lineOfText, pricesIncludeTax } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { priceByBooks } from "../store/invoice-lines.ts";
import { readInvoiceRecord } from "../store/invoice-view.ts";
import { insertDraft, refuseSameInvoice } from "../store/invoices.ts";
import { nextNumber } from "../store/numbering.ts";
import { isReference } from "../store/references.ts";

export const createInvoiceDraft = defineTool({
  name: "create_invoice_draft",
  title: "Draft an invoice",
  description:
    "Draft an invoice for a customer. Use it for everything that is to be billed: a draft owes nothing and has no " +
    "effect on the ledger until post_invoice, and update_invoice_draft changes it. Each line is unit_price × " +
    "quantity × (1 − discount_rate), rounded to whole minor units, and gets the tax of its tax_code. A second " +
    "invoice with the same customer, reference and total is refused: the error names the first one as " +
    "duplicate_of. Returns the draft with its DRAFT number; amounts are in minor units, quantities whole units.",
  effect: "create",
  input: z.strictObject({
    customer_id: customerId,
    reference: lineOfText(140).describe("Your own reference, which stands on the invoice, e.g. DEAL-0031."),
    lines: invoiceLinesInput,
    prices_include_tax: pricesIncludeTax.default(false),
    due_in_days: z
      .int()
      .min(0)
      .max(365)
      .optional()
      .describe("Days from posting to the due day; without it the customer's payment terms."),
    allow_duplicate: z
      .boolean()
      .default(false)
      .describe("Draft it although an invoice with the same customer, reference and total exists."),
  }),
  output: invoiceRecord,
  facts: z.strictObject({ total: money, customer_id: z.string() }),
  async resource({ customer_id, lines, prices_include_tax }, context) {
    const { id } = await requireCustomer(context, customer_id);
    const { totalMinor, currency } = await priceByBooks(context, lines, prices_include_tax);
    return { total: { minor: totalMinor, currency }, customer_id: id };
  },
  async handler({ customer_id, reference, due_in_days, ...input }, context) {
    const customer = await requireCustomer(context, customer_id);
    const priced = await priceByBooks(context, input.lines, input.prices_include_tax);
    if (!input.allow_duplicate) {
      const { currency, totalMinor } = priced;
      await refuseSameInvoice(context, { customerId: customer.id, reference, currency, totalMinor });
    }
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
    if (isReference(reference)) await context.link(reference, number, "invoice");
    return await readInvoiceRecord(context, id);
  },
});
