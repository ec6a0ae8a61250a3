import { expect, it } from "vitest";
import { z } from "zod";
import { eur, line, openBooks, refusal, usd } from "./books.ts";

const page = z.looseObject({
  entries: z.array(z.looseObject({ number: z.number(), entry_on: z.string() })).default([]),
  journal: z.string().default(""),
  next_cursor: z.string().optional(),
});

async function ledgerBooks() {
  const books = await openBooks();
  await books.rate("0.9");
  const { id } = await books.customer();
  for (const day of ["2026-10-03", "2026-09-01", "2026-10-03", "2026-10-02"]) await books.issued(id, day);
  await books.issued(id, "2026-10-01", 0, { currency: "USD", lines: [line(0, 1, { unit_price: usd(700) })] });
  await books.paid(id, 100, { received_on: "2026-10-05" });
  const report = async (more: Record<string, unknown>) =>
    page.parse(await books.call("report", { report: "general_ledger", ...more }));
  return { ...books, id, report };
}

it("lists entries by day and number, page by page, as the ledger was at the first page", async () => {
  const books = await ledgerBooks();
  const all = await books.report({});
  expect(all.entries.map(({ number }) => number)).toEqual([2, 5, 4, 1, 3, 6]);
  const first = await books.report({ limit: 2 });
  await books.issued(books.id, "2026-10-03");
  const rest = await books.report({ limit: 10, cursor: first.next_cursor });
  expect([...first.entries, ...rest.entries]).toEqual(all.entries);
  expect(rest.next_cursor).toBeUndefined();
});

it("lists the entries of one account and of some days", async () => {
  const books = await ledgerBooks();
  expect((await books.report({ account_id: "1000" })).entries).toMatchObject([
    { number: 6, kind: "payment", postings: [{ account_id: "1000", debit: eur(100) }, {}] },
  ]);
  const first = await books.report({ account_id: "4000", limit: 3, from: "2026-10-01", to: "2026-10-31" });
  const rest = await books.report({
    account_id: "4000",
    limit: 3,
    from: "2026-10-01",
    to: "2026-10-31",
    cursor: first.next_cursor,
  });
  const numbers = [...first.entries, ...rest.entries].map(({ number }) => number);
  expect(numbers).toEqual([5, 4, 1, 3]);
});

it("writes the journal with its declarations on the first page", async () => {
  const books = await ledgerBooks();
  const { journal, next_cursor } = await books.report({ format: "hledger" });
  expect(next_cursor).toBeUndefined();
  expect(journal.startsWith("decimal-mark .\n\ncommodity EUR 1000.00\ncommodity USD 1000.00\n")).toBe(true);
  expect(journal).toContain("account assets:1100 Accounts receivable  ; type:A\n");
  expect(journal).toContain("    assets:1100 Accounts receivable  USD 7.00 @@ EUR 6.30\n");
  expect(journal.match(/^2026-/gm)).toHaveLength(6);
});

it("gives as many entries of the journal as asked for, page by page", async () => {
  const books = await ledgerBooks();
  const whole = await books.report({ format: "hledger" });
  let journal = "";
  let cursor: string | undefined;
  do {
    const page = await books.report({ format: "hledger", limit: 4, ...(cursor !== undefined && { cursor }) });
    expect(page.journal.match(/^2026-/gm)).toHaveLength(cursor === undefined ? 4 : 2);
    journal += page.journal;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(journal).toBe(whole.journal);
});

it("refuses what a report cannot do, and is empty for empty books", async () => {
  const books = await openBooks();
  expect(await books.call("report", { report: "balance_sheet" })).toEqual({ report: "balance_sheet" });
  const { id } = await books.customer();
  await books.posted(id);
  const report = (more: Record<string, unknown>) =>
    books.call("report", { report: "trial_balance", ...more });
  await expect(report({ format: "hledger" })).rejects.toMatchObject(
    refusal("INPUT_INVALID", "no hledger format", "general_ledger"),
  );
  await expect(report({ account_id: "1000" })).rejects.toMatchObject(
    refusal("INPUT_INVALID", "over all accounts", "account_id"),
  );
  const days = { from: "2026-02-01", to: "2026-01-01" };
  await expect(report({ report: "profit_and_loss", ...days })).rejects.toMatchObject(
    refusal("INPUT_INVALID", "lies after", "first day"),
  );
  for (const name of ["trial_balance", "balance_sheet"]) {
    await expect(report({ report: name, from: "2026-01-01" })).rejects.toMatchObject(
      refusal("INPUT_INVALID", `${name} has no first day`, "profit_and_loss or general_ledger"),
    );
  }
  await expect(report({ report: "general_ledger", account_id: "77" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});
