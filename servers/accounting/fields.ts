import { z } from "zod";
import { currency, instant, isoDate, money, rows, tradeLine } from "../../src/kit/fields.ts";
import { mark } from "../../src/kit/mark.ts";
import { roundingModes } from "./store/rounding.ts";
import { entryKinds } from "./store/tables.ts";

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

/** Whatever the bank says of a payer: often an account number. */
export const bankReference = mark(z.string(), "secret").describe("As it stands on the bank statement.");

const id = z.string().min(1).max(64);
export const customerId = id.describe("Customer id, e.g. cus_0001. Use search_customers to find it.");
export const invoiceId = id.describe("Invoice id, e.g. inv_0001. Use list_invoices to find it.");
export const paymentId = id.describe("Payment id, e.g. pay_0001. Use get_invoice to find it.");
export const entryId = id.describe("Id of the journal entry.");
export const externalId = lineOfText(100);
/** The id of a company as the CRM gives it; its ref names the same company in another way, and would be a second key. */
export const crmCompanyId = z
  .string()
  .max(64)
  .regex(/^com_[0-9A-Za-z]+$/, "give the company's id (com_…), which crm.get_record shows beside its ref");

/** A day that a business may name: it keeps days with a few hundred added or taken off within four digits. */
export const businessDay = isoDate.refine(
  (day) => day >= "1900-01-01" && day <= "2199-12-31",
  "must be a day from 1900-01-01 to 2199-12-31",
);

/** What the description of a day says that `requirePastDay` checks. */
export const pastDay = "today or earlier; tomorrow is taken, too, since it may be that day where you are";

/** A calendar month. */
export const month = z
  .string()
  .regex(/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/, "must be a month, YYYY-MM")
  .describe("Calendar month, YYYY-MM.");

/** The rate of a tax as decimal text. */
export const taxRate = z
  .string()
  .regex(/^(0(\.\d{1,10})?|1(\.0{1,10})?)$/, 'must be a decimal text from "0" to "1", e.g. "0.19"');

export const accountId = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z.-]{0,15}$/, "must be an account code such as 4000")
  .describe("Account code, e.g. 4000. list_accounts shows the chart.");
const accountTypes = ["asset", "liability", "equity", "income", "expense"] as const;
export const accountType = z.enum(accountTypes).describe("What kind of account it is.");

export const taxCodeId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "must be lower case letters, digits, dot, dash, e.g. vat-19")
  .describe('Tax code, e.g. vat-19; "none" is no tax. list_tax_codes shows them.');

/** How much of the base currency one unit of a foreign currency is worth. */
export const exchangeRate = z
  .string()
  .regex(/^(?=.*[1-9])(0|[1-9]\d{0,6})(\.\d{1,10})?$/, 'must be a positive decimal text such as "1.1532"')
  .describe(
    'Decimal text: what one unit of the currency is worth in the base currency, e.g. "0.9213" for 1 USD = 0.9213 EUR. Default: the stored rate of the day, or the last one before.',
  );

export const reason = lineOfText(500).describe("Why, for the books.");

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
    .describe("Price of one unit before the discount; net, unless prices_include_tax is true."),
  discount_rate: discountRate.default("0"),
  tax_code: taxCodeId.default("none"),
  account_id: accountId
    .default("4000")
    .describe("Income account the line is booked to. Default 4000, Sales."),
});
export type InvoiceLineInput = z.output<typeof invoiceLineInput>;

export const invoiceLinesInput = z
  .array(invoiceLineInput)
  .min(1)
  .max(1_000)
  .describe("The lines, all in one currency. Each is rounded to whole minor units by itself.");

export const pricesIncludeTax = z
  .boolean()
  .describe("Whether the unit prices contain the tax (true) or it comes on top of them (false).");

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
    .describe(
      "The dunning level to send next: 1, then from 21 days overdue 2, then from 35 days 3. It stays at the last level sent until the next may be sent.",
    ),
  total: money.describe("Sum of the lines, tax included."),
  balance: money.describe("What is left to pay; 0 for a draft."),
  customer: z
    .strictObject({
      id: customerId,
      name: z.string().describe("Name of the customer."),
      language: z.string().describe("ISO 639-1 code of the customer's language, e.g. de."),
    })
    .describe("Who is to pay."),
  version,
});

const invoiceLine = z.strictObject({
  line: z.int().describe("Position, from 1."),
  sku: z.string().optional().describe("Stock keeping unit; absent for a service."),
  description: z.string().describe("What the customer reads on the invoice."),
  quantity: z.int().describe("Whole units of the item."),
  unit_price: money.describe("Price of one unit before the discount; see prices_include_tax."),
  discount_rate: z.string().describe('Decimal text, "0.15" is 15 %.'),
  account_id: z.string().describe("Income account."),
  account_name: z.string().describe("Name of the income account."),
  tax_code: z.string().describe("Tax code; list_tax_codes shows them."),
  tax_rate: z.string().describe('Decimal text: "0.19" is 19 %.'),
  net: money.describe("unit_price × quantity × (1 − discount_rate), rounded, without the tax."),
  tax: money.describe("Tax on the line, rounded by itself."),
});

/** An invoice with its lines, as the tools that write one return it. */
export const invoiceRecord = invoiceSummary.extend({
  lines: z.array(invoiceLine).describe("In their order."),
  prices_include_tax: pricesIncludeTax,
  net: money.describe("Sum of the lines' nets."),
  tax: money.describe("Sum of the lines' tax."),
  exchange_rate: z.string().optional().describe("Base currency per unit, as posted."),
  draft_number: z.string().optional().describe("The number it had as a draft."),
  external_id: z.string().optional().describe("Its id in the system it was imported from."),
  entry_id: entryId.optional(),
  posted_at: instant.optional(),
});

/** Which invoice gets how much of a payment. */
export const allocationInput = z.strictObject({
  invoice_id: invoiceId,
  amount: positiveMoney.describe("How much of the payment the invoice gets."),
});

/** What an invoice got of a payment. */
export const allocationOutput = z.strictObject({
  invoice_id: invoiceId,
  number: z.string().describe("Number of the invoice."),
  amount: money.describe("What the invoice got."),
  allocated_on: isoDate.describe("Day on which it got it."),
  balance: money.describe("What it still owes."),
});

/** A payment as it stands in the books. */
export const paymentRecord = z.strictObject({
  payment_id: paymentId,
  customer_id: customerId,
  customer_name: z.string().describe("Name of the customer."),
  amount: money.describe("What arrived."),
  received_on: isoDate.describe("Value day on the bank statement."),
  bank_reference: bankReference,
  bank_account_id: z.string().describe("Asset account that it arrived on."),
  bank_account_name: z.string().describe("Name of that account."),
  exchange_rate: z.string().describe("Base currency per unit, as posted."),
  refunded: money.describe("What was paid back."),
  unallocated: money.describe("What no invoice took and was not paid back."),
  entry_id: entryId,
  version,
});

/** A line of a journal entry: what an account was posted. */
export const postingRecord = z.strictObject({
  account_id: z.string().describe("Account code."),
  account_name: z.string().describe("Name of the account."),
  debit: money.optional().describe("What it was debited; absent on a credit."),
  credit: money.optional().describe("What it was credited; absent on a debit."),
  base_debit: money.optional().describe("The debit in the base currency."),
  base_credit: money.optional().describe("The credit in the base currency."),
});

/** A journal entry. */
export const entryRecord = z.strictObject({
  entry_id: entryId,
  number: z.int().describe("Gapless number in the journal."),
  entry_on: isoDate.describe("Day of the entry."),
  kind: z
    .enum(entryKinds)
    .describe("What made it; journal: written by hand. reversal: the opposite of another."),
  source_id: z.string().describe("The invoice, payment, refund, credit note or write-off behind it."),
  memo: mark(z.string(), "secret").describe("What it is, for people."),
  reverses: z.string().optional().describe("The entry it reverses."),
  postings: z
    .array(postingRecord)
    .meta(rows)
    .describe("Debits and credits; they are equal in each currency."),
  version,
});

const personal = mark(z.string(), "personal");

/** A customer as it stands in the books. */
export const customerRecord = z.strictObject({
  id: customerId,
  name: z.string().describe("As on the invoice."),
  external_id: z.string().optional().describe("Its id in another system."),
  crm_company_id: z.string().optional().describe("Its company in the CRM."),
  contact_name: personal.optional().describe("The person invoices go to."),
  email: personal.optional().describe("Where reminders are sent."),
  phone: personal.optional().describe("Telephone number."),
  language: z.string().describe("ISO 639-1 code, e.g. de."),
  currency,
  payment_terms_days: z.int().describe("Days from the invoice day to the due day."),
  street: personal.optional().describe("Street and house number."),
  city: personal.optional().describe("City."),
  region: personal.optional().describe("State or province."),
  postal_code: personal.optional().describe("Postal code."),
  country: z.string().optional().describe("Country, as written on a letter."),
  version,
});

export const outboxStatus = z
  .enum(["queued", "sending", "sent", "failed", "unknown"])
  .describe(
    "queued: written, not mailed yet. sending: being mailed. sent: the mail server took it. failed: mailing was given up. unknown: it may have been mailed or not; it is not tried again.",
  );

export const accountRecord = z.strictObject({
  id: accountId,
  name: z.string().describe("Name in reports."),
  type: accountType,
  control: z.boolean().describe("Whether only invoices and payments post to it, never post_journal."),
  version,
});

export const taxCodeRecord = z.strictObject({
  id: taxCodeId,
  name: z.string().describe("As on the invoice."),
  rate: z.string().describe('Decimal text: "0.19" is 19 %.'),
  account_id: z.string().describe("Account that collects the tax."),
  account_name: z.string().describe("Name of that account."),
  version,
});

export const exchangeRateRecord = z.strictObject({
  currency,
  base_currency: currency,
  day: isoDate.describe("First day it holds."),
  rate: z.string().describe("Decimal text: base currency per unit."),
  version,
});

export const settingsRecord = z.strictObject({
  base_currency: currency.optional().describe("Absent until it is set; the first posting sets it too."),
  rounding: z.enum(roundingModes).describe("How amounts become whole minor units."),
  closed_through: month.optional().describe("The last closed month."),
  version,
});
