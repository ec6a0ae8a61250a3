import type { z } from "zod";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { invoiceRecord, invoiceStatuses, invoiceSummary } from "../fields.ts";
import type { AccountingContext } from "./context.ts";
import { daysOverdue, nextDunningLevel } from "./dunning.ts";
import type { InvoiceRow } from "./tables.ts";

export type InvoiceStatus = (typeof invoiceStatuses)[number];

/** An invoice row joined with what summaries show of its customer. */
export interface InvoiceWithCustomer extends InvoiceRow {
  customer_name: string;
  customer_language: string;
  /** The highest dunning level that was sent; null for none. */
  reminded_level: number | null;
}

/** Starts a query for invoices with their customers and how far they were reminded of, in one join. */
export function selectInvoices({ db }: AccountingContext) {
  return db
    .selectFrom("accounting_invoice as invoice")
    .innerJoin("accounting_customer as customer", "customer.id", "invoice.customer_id")
    .selectAll("invoice")
    .select(["customer.name as customer_name", "customer.language as customer_language"])
    .select((select) =>
      select
        .selectFrom("accounting_reminder as reminder")
        .whereRef("reminder.invoice_id", "=", "invoice.id")
        .select(({ fn }) => fn.max("reminder.level").as("level"))
        .as("reminded_level"),
    );
}

/** The status that people see: the stored state, and for an open invoice what the day and the payments make of it. */
function invoiceStatusOf(
  row: Pick<InvoiceRow, "state" | "due_on" | "balance_minor" | "total_minor">,
  today: string,
): InvoiceStatus {
  if (row.state !== "open") return row.state;
  if (row.due_on < today) return "overdue";
  return row.balance_minor < row.total_minor ? "partly_paid" : "open";
}

/** What lists show of an invoice. */
export function summaryOf(row: InvoiceWithCustomer, today: string): z.output<typeof invoiceSummary> {
  const days = daysOverdue(row, today);
  return {
    id: row.id,
    number: row.number,
    status: invoiceStatusOf(row, today),
    reference: row.reference,
    issued_on: row.issued_on,
    due_on: row.due_on,
    days_overdue: days,
    next_reminder_level: nextDunningLevel({ sent: row.reminded_level ?? 0, daysOverdue: days }),
    total: { minor: row.total_minor, currency: row.currency },
    balance: { minor: row.balance_minor, currency: row.currency },
    customer: { id: row.customer_id, name: row.customer_name, language: row.customer_language },
    version: row.version,
  };
}

/** Refuses a change that was decided on another version of an invoice. Throws CONFLICT with the invoice as it is. */
export async function expectInvoiceVersion(
  context: AccountingContext,
  { id, number, version }: Pick<InvoiceRow, "id" | "number" | "version">,
  expected: number | undefined,
): Promise<void> {
  if (expected === undefined || expected === version) return;
  const record = await readInvoiceRecord(context, id);
  expectVersion({ name: `Invoice ${number}`, record, expected, readBy: "get_invoice" });
}

/** Reads an invoice back as the tools return it: two queries. */
export async function readInvoiceRecord(
  context: AccountingContext,
  id: string,
): Promise<z.output<typeof invoiceRecord>> {
  const row = await selectInvoices(context).where("invoice.id", "=", id).executeTakeFirstOrThrow();
  const lines = await context.db
    .selectFrom("accounting_invoice_line as line")
    .innerJoin("accounting_account as account", "account.id", "line.account_id")
    .selectAll("line")
    .select("account.name as account_name")
    .where("line.invoice_id", "=", id)
    .orderBy("line.line")
    .execute();
  return {
    ...summaryOf(row, context.today),
    lines: lines.map((line) => ({
      line: line.line,
      sku: line.sku ?? undefined,
      description: line.description,
      quantity: line.quantity,
      unit_price: { minor: line.unit_price_minor, currency: row.currency },
      discount_rate: line.discount_rate,
      account_id: line.account_id,
      account_name: line.account_name,
      tax_code: line.tax_code,
      tax_rate: line.tax_rate,
      net: { minor: line.net_minor, currency: row.currency },
      tax: { minor: line.tax_minor, currency: row.currency },
    })),
    prices_include_tax: row.prices_include_tax === 1,
    net: { minor: row.net_minor, currency: row.currency },
    tax: { minor: row.tax_minor, currency: row.currency },
    exchange_rate: row.exchange_rate ?? undefined,
    draft_number: row.draft_number ?? undefined,
    external_id: row.external_id ?? undefined,
    entry_id: row.entry_id ?? undefined,
    posted_at: row.posted_at ?? undefined,
  };
}
