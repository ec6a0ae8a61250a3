import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { restrict, tablesOf } from "../../../../src/db/authorizer.ts";
import { eur, line, openBooks, today } from "./books.ts";

const folder = new URL("../../../../servers/accounting/tools/", import.meta.url);

it("lists every file of tools/, one tool a file, named after it", () => {
  const files = readdirSync(folder).map((file) => file.replace(".ts", "").replaceAll("-", "_"));
  expect(definition.tools.map(({ name }) => name).sort()).toEqual(files.sort());
});

it("gives every table a primary key and the server's prefix", async () => {
  const books = await openBooks();
  const tables = books.rows(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('migration', 'link')",
  );
  for (const { name } of tables) {
    expect(name).toMatch(/^accounting_/);
    const keys = books.rows(`SELECT name FROM pragma_table_info('${name}') WHERE pk > 0`);
    expect(keys, String(name)).not.toEqual([]);
  }
});

it("works within the restrictions a server runs under", async () => {
  const books = await openBooks();
  restrict(books.database, { own: tablesOf(books.database, "accounting"), shared: new Set(["link"]) });
  await books.rate("0.9");
  const { id } = await books.customer();
  const invoice = await books.issued(id, "2026-09-01");
  await books.posted(id);
  const { payment_id } = await books.paid(id, 12_000);
  await books.call("refund_payment", { payment_id, amount: eur(9_000), reason: "x" });
  await books.call("send_reminder", { invoice_id: invoice.id, level: 1, subject: "s", body: "b" });
  await books.call("create_credit_note", { invoice_id: invoice.id, reason: "x" });
  await books.call("allocate_payment", { payment_id });
  const other = await books.posted(id);
  const off = await books.call("write_off", { invoice_id: other.id, reason: "x" });
  await books.call("reverse_entry", { entry_id: off.entry_id, reason: "x" });
  await books.call("upsert_account", { id: "5200", name: "Rent", type: "expense" });
  await books.call("upsert_tax_code", { id: "vat", name: "VAT", rate: "0.2" });
  await books.call("post_journal", {
    entry_on: today,
    memo: "x",
    lines: [
      { account_id: "5200", debit: eur(1) },
      { account_id: "1000", credit: eur(1) },
    ],
  });
  await books.call("close_period", { month: "2026-08" });
  const draft = await books.draft(id);
  await books.call("update_invoice_draft", { invoice_id: draft.id, lines: [line(7)] });
  await books.call("void_invoice_draft", { invoice_id: draft.id });
  for (const [tool, input] of [
    ["get_invoice", { id: invoice.id }],
    ["list_payments", { unallocated_only: true }],
    ["list_periods", {}],
    ["list_accounts", {}],
    ["list_tax_codes", {}],
    ["list_exchange_rates", {}],
    ["get_settings", {}],
    ["report", { report: "profit_and_loss" }],
    ["report", { report: "balance_sheet" }],
    ["report", { report: "general_ledger", account_id: "1100" }],
    ["report", { report: "general_ledger", format: "hledger" }],
    ["list_invoices", { status: ["overdue"], customer_id: id, issued_from: "2026-01-01" }],
    ["search_customers", { query: "cust" }],
    ["aged_receivables", {}],
    ["report", { report: "trial_balance", to: today }],
    ["list_outbox", {}],
  ] as const) {
    await books.call(tool, input);
  }
});
