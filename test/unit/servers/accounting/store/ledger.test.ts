import { describe, expect, it } from "vitest";
import { account } from "../../../../../servers/accounting/store/accounts.ts";
import { postEntry } from "../../../../../servers/accounting/store/ledger.ts";
import { eur, openBooks } from "../books.ts";

const day = { entryOn: "2026-11-02", sourceId: "test", memo: "Test" };

describe("postEntry", () => {
  it.each([
    ["one side only", [{ account: account.bank, currency: "EUR", minor: 1, baseMinor: 1 }]],
    ["nothing", []],
    [
      "unequal sides",
      [
        { account: account.bank, currency: "EUR", minor: 2, baseMinor: 2 },
        { account: account.sales, currency: "EUR", minor: -1, baseMinor: -2 },
      ],
    ],
    [
      "sides equal only across currencies",
      [
        { account: account.bank, currency: "EUR", minor: 1, baseMinor: 1 },
        { account: account.sales, currency: "USD", minor: -1, baseMinor: -1 },
      ],
    ],
    [
      "sides equal only in the foreign currency",
      [
        { account: account.bank, currency: "USD", minor: 10, baseMinor: 9 },
        { account: account.sales, currency: "USD", minor: -10, baseMinor: -8 },
      ],
    ],
  ])("refuses %s", async (_, postings) => {
    const books = await openBooks();
    await expect(postEntry(books.contextNow(), { ...day, kind: "payment", postings })).rejects.toMatchObject({
      code: "INTERNAL",
    });
    expect(books.rows("SELECT * FROM accounting_entry")).toEqual([]);
  });
});

describe("the triggers", () => {
  const entry = (values: string) =>
    `INSERT INTO accounting_entry VALUES (${values}, '2026-11-02', 'payment', 's', 'm', NULL, 0, 1, 't', 't')`;
  const posting = (line: number, minor: number, currency = "EUR", on = "2026-11-02", base = minor) =>
    `INSERT INTO accounting_posting VALUES ('e', ${line}, '1000', '${currency}', ${minor}, ${base}, '${on}')`;
  const post = "UPDATE accounting_entry SET posted = 1 WHERE id = 'e'";

  it.each([
    [[posting(1, 5), posting(2, -4), post], "debits and credits differ"],
    [[posting(1, 5), posting(2, -5, "USD"), post], "debits and credits differ"],
    [[posting(1, 5), post], "at least two postings"],
    [[posting(1, 5, "EUR", "2026-11-03")], "of the same day"],
    [[posting(1, 0)], "CHECK constraint"],
    [[posting(1, 5, "USD", "2026-11-02", -5)], "CHECK constraint"],
    [[posting(1, 5, "USD", "2026-11-02", 4), posting(2, -5, "USD"), post], "differ in the base currency"],
    [[posting(1, 5), posting(2, -5), post, posting(3, 1)], "unposted entry"],
    [
      [posting(1, 5), posting(2, -5), post, "UPDATE accounting_posting SET amount_minor = 6"],
      "cannot be changed",
    ],
    [
      [posting(1, 5), posting(2, -5), post, "DELETE FROM accounting_posting WHERE line = 1"],
      "cannot be deleted",
    ],
    [[posting(1, 5), posting(2, -5), post, "UPDATE accounting_entry SET memo = 'x'"], "cannot be changed"],
    [[posting(1, 5), posting(2, -5), post, "UPDATE accounting_entry SET posted = 0"], "cannot be changed"],
    [[posting(1, 5), posting(2, -5), post, "DELETE FROM accounting_entry"], "cannot be deleted"],
    [
      [posting(1, 5), posting(2, -5), post, entry("'e', 1").replace("INSERT", "INSERT OR REPLACE")],
      "cannot be deleted",
    ],
    [[entry("'f', 2").replace("NULL, 0", "NULL, 1")], "after its postings"],
  ])("refuse %j", async (statements, message) => {
    const { database } = await openBooks();
    database.exec(entry("'e', 1"));
    const last = statements.pop() ?? "";
    for (const statement of statements) database.exec(statement);
    expect(() => database.exec(last)).toThrow(message);
  });

  it.each([
    ["UPDATE accounting_invoice SET total_minor = 1, net_minor = 1", "cannot be changed"],
    ["UPDATE accounting_invoice SET number = 'INV-2026-0009'", "cannot be changed"],
    ["UPDATE accounting_invoice SET customer_id = 'x'", "cannot be changed"],
    ["UPDATE accounting_invoice SET state = 'draft', balance_minor = 0", "cannot be changed"],
    ["UPDATE accounting_invoice SET balance_minor = -1", "CHECK constraint"],
    ["UPDATE accounting_invoice SET balance_minor = 20000", "CHECK constraint"],
    ["UPDATE accounting_invoice SET state = 'paid'", "CHECK constraint"],
    ["DELETE FROM accounting_invoice", "cannot be deleted"],
    ["UPDATE accounting_invoice_line SET net_minor = 1", "cannot be changed"],
    ["DELETE FROM accounting_invoice_line", "cannot be deleted"],
    [
      "INSERT INTO accounting_invoice_line SELECT invoice_id, 2, sku, description, 1, 1, '0', '4000', 'none', '0', 1, 0 FROM accounting_invoice_line",
      "no more lines",
    ],
    ["UPDATE accounting_payment SET amount_minor = 1", "cannot be changed"],
    ["UPDATE accounting_payment SET allocated_minor = 9999999", "CHECK constraint"],
    ["DELETE FROM accounting_payment", "cannot be deleted"],
    ["UPDATE accounting_settlement SET amount_minor = 1", "cannot be changed"],
    ["DELETE FROM accounting_settlement", "cannot be deleted"],
    ["UPDATE accounting_refund SET amount_minor = 1", "cannot be changed"],
    ["DELETE FROM accounting_refund", "cannot be deleted"],
  ])("keep posted rows as they are: %s", async (statement, message) => {
    const books = await openBooks();
    const { id } = await books.customer();
    await books.posted(id);
    const { payment_id } = await books.paid(id, 6_000);
    await books.call("refund_payment", { payment_id, amount: eur(1_000), reason: "x" });
    expect(() => books.database.exec(statement)).toThrow(message);
  });

  it("let no invoice be posted whose total is not the sum of its lines", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const draft = await books.draft(id);
    books.database.exec("UPDATE accounting_invoice_line SET net_minor = net_minor - 1, tax_minor = 1");
    await expect(books.call("post_invoice", { invoice_id: draft.id })).rejects.toThrow("sum of the lines");
  });
});
