import { z } from "zod";
import { currency, instant, isoDate, money, tradeLine } from "../../src/kit/fields.ts";

/** The largest amount these books take in one line, invoice or payment: sums of thousands stay exact integers. */
export const maxMinor = 1_000_000_000_000;

/** Text on one line: no control characters, so that it cannot break a mail header or an export. */
export const lineOfText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(isOneLine, "must be text on one line, without control characters or broken Unicode");

/** Text that may have several lines. */
export const paragraphs = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be well-formed Unicode without NUL");

function isOneLine(text: string): boolean {
  return text.isWellFormed() && ![...text].some((character) => character < " " || character === "\u007f");
}

const id = z.string().min(1).max(64);
export const customerId = id.describe("Customer id, e.g. cus_0001. Use search_customers to find it.");
export const invoiceId = id.describe("Invoice id, e.g. inv_0001. Use list_invoices to find it.");
export const paymentId = id.describe("Payment id, e.g. pay_0001. Use get_invoice to find it.");
export const entryId = id.describe("Id of the journal entry.");
export const externalId = lineOfText(100);

export const expectedVersion = z
  .int()
  .min(1)
  .optional()
  .describe("The version you read. Given and stale, the call is refused and shows the current record.");

export const version = z.int().describe("Counts the changes of the record, from 1.");

/** An amount that moves: at least one minor unit. */
export const positiveMoney = money.extend({
  minor: z.int().min(1).max(maxMinor).describe("Whole minor units (cents for EUR): 12.50 EUR is 1250."),
});

const discountRate = z
  .string()
  .regex(/^(0(\.\d{1,10})?|1(\.0{1,10})?)$/, 'must be a decimal text from "0" to "1", e.g. "0.15"')
  .describe('Share taken off the line as decimal text: "0.15" is 15 %. Default "0".');

/** A line as a caller gives it: a trade line, whose sku may be missing (a service), with a discount. */
export const invoiceLineInput = tradeLine.extend({
  sku: lineOfText(64).optional().describe("Stock keeping unit, e.g. ROPE-12; leave out for a service."),
  description: paragraphs(500).describe("What the customer reads on the invoice."),
  unit_price: money
    .extend({ minor: z.int().min(0).max(maxMinor).describe("Whole minor units, not negative.") })
    .describe("Net price of one unit before the discount."),
  discount_rate: discountRate.default("0"),
});
export type InvoiceLineInput = z.output<typeof invoiceLineInput>;

export const invoiceLinesInput = z
  .array(invoiceLineInput)
  .min(1)
  .max(1_000)
  .describe("The lines, all in one currency. Each is rounded to whole minor units by itself.");

export const invoiceStatuses = ["draft", "open", "overdue", "partly_paid", "paid", "void"] as const;
export const invoiceStatus = z
  .enum(invoiceStatuses)
  .describe(
    "draft: not posted. overdue: posted, unpaid in whole or part, and past its due day. partly_paid: partly paid, not yet due. open: nothing paid, not yet due. paid, void.",
  );

/** What lists show of an invoice, and every invoice record begins with. */
export const invoiceSummary = z.strictObject({
  id: invoiceId,
  number: z.string().describe("INV-2026-0042 once posted, DRAFT-0007 before, IMP-2025-0001 when imported."),
  status: invoiceStatus,
  reference: z.string().describe("The caller's own reference, e.g. a deal; empty when there is none."),
  issued_on: isoDate.describe("Invoice day; for a draft the day it was made."),
  due_on: isoDate.describe("Due day; for a draft the day it would be due if posted on issued_on."),
  days_overdue: z.int().describe("Whole days past due_on in UTC; 0 when it is not overdue."),
  next_reminder_level: z
    .int()
    .min(1)
    .max(3)
    .describe("The dunning level the days overdue call for: 1, from 21 days 2, from 35 days 3."),
  total: money.describe("Sum of the lines."),
  balance: money.describe("What is left to pay; 0 for a draft."),
  customer: z.strictObject({
    id: customerId,
    name: z.string(),
    language: z.string().describe("ISO 639-1 code of the customer's language, e.g. de."),
  }),
  version,
});

const invoiceLine = z.strictObject({
  line: z.int().describe("Position, from 1."),
  sku: z.string().optional(),
  description: z.string(),
  quantity: z.int(),
  unit_price: money,
  discount_rate: z.string().describe('Decimal text, "0.15" is 15 %.'),
  tax_code: z.string(),
  net: money.describe("unit_price × quantity × (1 − discount_rate), rounded."),
});

/** An invoice with its lines, as the tools that write one return it. */
export const invoiceRecord = invoiceSummary.extend({
  lines: z.array(invoiceLine),
  draft_number: z.string().optional().describe("The number it had as a draft."),
  external_id: z.string().optional().describe("Its id in the system it was imported from."),
  entry_id: entryId.optional(),
  posted_at: instant.optional(),
});

/** A customer as it stands in the books. */
export const customerRecord = z.strictObject({
  id: customerId,
  name: z.string(),
  external_id: z.string().optional(),
  crm_company_id: z.string().optional(),
  contact_name: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  language: z.string().describe("ISO 639-1 code, e.g. de."),
  currency,
  payment_terms_days: z.int().describe("Days from the invoice day to the due day."),
  street: z.string().optional(),
  city: z.string().optional(),
  region: z.string().optional(),
  postal_code: z.string().optional(),
  country: z.string().optional(),
  version,
});

export const outboxStatus = z
  .enum(["queued", "sent", "failed"])
  .describe("queued: written, not mailed yet. sent: mailed. failed: mailing was given up.");
