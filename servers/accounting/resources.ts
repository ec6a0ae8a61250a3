import { isRecord } from "../../src/core/json.ts";
import { resourceDefiner } from "../../src/kit/define-resource.ts";
import type { Completion } from "../../src/kit/read-source.ts";
import type { AccountingContext } from "./store/context.ts";
import { agedReceivables } from "./tools/aged-receivables.ts";
import { getInvoice } from "./tools/get-invoice.ts";
import { listAccounts } from "./tools/list-accounts.ts";
import { listInvoices } from "./tools/list-invoices.ts";
import { listTaxCodes } from "./tools/list-tax-codes.ts";
import { report } from "./tools/report.ts";

const defineResource = resourceDefiner<AccountingContext>();

/** Numbers of invoices that begin with what is typed, the highest first. */
export const completeInvoiceNumber: Completion<AccountingContext> = {
  tool: listInvoices,
  async handler(typed, { db }) {
    const start = typed.trim().toUpperCase();
    const rows = await db
      .selectFrom("accounting_invoice")
      .select("number")
      .where("number", ">=", start)
      .where("number", "<", `${start}\u{10ffff}`)
      .orderBy("number", "desc")
      .limit(101)
      .execute();
    return { items: rows.map(({ number }) => ({ value: number })) };
  },
};

/** What clients may attach to a conversation; each is opened by the grant of the read tool behind it. */
export const resources = [
  defineResource({
    name: "accounts",
    uri: "acct://accounts",
    title: "Chart of accounts",
    description: "The ledger accounts by code, with the type of each. The first 100.",
    tool: listAccounts,
    arguments: () => ({ limit: 100 }),
  }),
  defineResource({
    name: "tax_codes",
    uri: "acct://tax-codes",
    title: "Tax codes",
    description:
      "The tax codes that invoice lines may name, with their rates as decimal text. The first 100.",
    tool: listTaxCodes,
    arguments: () => ({ limit: 100 }),
  }),
  defineResource({
    name: "aged_receivables",
    uri: "acct://aged-receivables",
    title: "Aged receivables",
    description:
      "What customers owe today by how long it is overdue, the largest first, in minor units. The first 100.",
    tool: agedReceivables,
    arguments: () => ({ limit: 100 }),
  }),
  defineResource({
    name: "trial_balance",
    uri: "acct://trial-balance",
    title: "Trial balance",
    description: "The balance of every account by currency today, in minor units. The first 100.",
    tool: report,
    arguments: () => ({ report: "trial_balance", limit: 100 }),
  }),
  defineResource({
    name: "invoice",
    uri: "acct://invoice/{number}",
    title: "Invoice",
    description:
      "One invoice by number (INV-2026-0042 or DRAFT-0007): its lines, what was paid and credited, and the reminders " +
      "sent. Amounts are in minor units.",
    tool: getInvoice,
    arguments: ({ number }) => ({ number }),
    complete: { number: completeInvoiceNumber },
    list: {
      tool: listInvoices,
      arguments: ({ cursor }) => ({
        status: ["open", "partly_paid", "overdue"],
        ...(cursor !== undefined && { cursor }),
      }),
      item: ({ number, customer }) => ({
        values: { number: String(number) },
        title: isRecord(customer) ? `${number} ${customer.name}` : String(number),
      }),
    },
  }),
];
