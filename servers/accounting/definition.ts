import type { ServerDefinition } from "../../src/kit/define-tool.ts";
import { initial } from "./migrations/0001-initial.ts";
import { prompts } from "./prompts.ts";
import { resources } from "./resources.ts";
import { type AccountingContext, accountingContext } from "./store/context.ts";
import type { AccountingTables } from "./store/tables.ts";
import { tools } from "./tools.ts";

/** The accounting server: customers, invoices, payments and reminders over a double-entry ledger. */
export const definition: ServerDefinition<AccountingTables, AccountingContext> = {
  name: "accounting",
  title: "Accounting",
  instructions: [
    "The books: customers, invoices, payments, payment reminders and the double-entry ledger behind them.",
    "Money is { minor, currency } in whole minor units (ISO 4217): EUR 12.50 is { minor: 1250, currency: EUR }.",
    "Days are YYYY-MM-DD; overdue is measured against today in UTC.",
    "An invoice begins as a draft (create_invoice_draft); post_invoice makes it final and owed.",
    "Reminders are written to an outbox, not mailed at once.",
  ].join(" "),
  migrations: [initial],
  tools,
  resources,
  prompts,
  context: accountingContext,
};
