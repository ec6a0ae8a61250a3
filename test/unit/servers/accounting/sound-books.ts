import type { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";

/** Checks what must hold in the books at any time, with SQL that shares nothing with the store. */
export function expectSoundBooks(database: DatabaseSync): void {
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));

  // every entry is posted, and debits equal credits per entry and currency
  expect(rows("SELECT id FROM accounting_entry WHERE posted = 0")).toEqual([]);
  expect(
    rows("SELECT entry_id FROM accounting_posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0"),
  ).toEqual([]);

  // an invoice owes its total less what was allocated to it; a draft owes nothing
  expect(
    rows(`SELECT id FROM accounting_invoice AS i WHERE balance_minor <> CASE WHEN state IN ('draft', 'void') THEN 0
      ELSE total_minor - (SELECT coalesce(sum(amount_minor), 0) FROM accounting_allocation WHERE invoice_id = i.id) END`),
  ).toEqual([]);
  expect(
    rows(`SELECT id FROM accounting_invoice AS i WHERE total_minor <>
      (SELECT sum(net_minor) FROM accounting_invoice_line WHERE invoice_id = i.id)`),
  ).toEqual([]);

  // allocations ≤ payment, and the payment's sums are those of its allocations and refunds
  expect(
    rows(`SELECT id FROM accounting_payment AS p
      WHERE allocated_minor + refunded_minor > amount_minor
      OR allocated_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM accounting_allocation WHERE payment_id = p.id)
      OR refunded_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM accounting_refund WHERE payment_id = p.id)`),
  ).toEqual([]);
  expect(
    rows("SELECT 1 FROM accounting_allocation GROUP BY payment_id, invoice_id HAVING sum(amount_minor) < 0"),
  ).toEqual([]);

  // money reaches no invoice before its day, and is taken back only after it came
  expect(
    rows(`SELECT a.id FROM accounting_allocation AS a JOIN accounting_invoice AS i ON i.id = a.invoice_id
      WHERE a.allocated_on < i.issued_on`),
  ).toEqual([]);
  expect(
    rows(`SELECT * FROM (SELECT sum(amount_minor) OVER (
        PARTITION BY payment_id, invoice_id ORDER BY allocated_on) AS so_far FROM accounting_allocation)
      WHERE so_far < 0`),
  ).toEqual([]);

  expectControlAccounts(database);
  expectGaplessNumbers(database);
}

/** At every day with an entry: receivables equal the open invoices, prepayments what payments have left. */
function expectControlAccounts(database: DatabaseSync): void {
  const wrong = database
    .prepare(`
    WITH moves (day, currency, book, minor) AS (
      SELECT entry_on, currency, account_id, amount_minor FROM accounting_posting
        WHERE account_id IN ('1100', '2100')
      UNION ALL SELECT issued_on, currency, '1100', -total_minor FROM accounting_invoice WHERE state <> 'draft'
      UNION ALL SELECT a.allocated_on, i.currency, '1100', a.amount_minor
        FROM accounting_allocation AS a JOIN accounting_invoice AS i ON i.id = a.invoice_id
      UNION ALL SELECT received_on, currency, '2100', amount_minor FROM accounting_payment
      UNION ALL SELECT r.refunded_on, p.currency, '2100', -r.amount_minor
        FROM accounting_refund AS r JOIN accounting_payment AS p ON p.id = r.payment_id
      UNION ALL SELECT a.allocated_on, p.currency, '2100', -a.amount_minor
        FROM accounting_allocation AS a JOIN accounting_payment AS p ON p.id = a.payment_id)
    SELECT day, currency, book, sum(minor) AS off FROM moves GROUP BY day, currency, book HAVING sum(minor) <> 0`)
    .all();
  expect(wrong.map((row) => ({ ...row }))).toEqual([]);
}

function expectGaplessNumbers(database: DatabaseSync): void {
  const numbers = database
    .prepare("SELECT number FROM accounting_invoice UNION SELECT draft_number FROM accounting_invoice")
    .all()
    .flatMap((row) => (row.number === null ? [] : [String(row.number)]));
  const series = Map.groupBy(numbers, (number) => number.slice(0, number.lastIndexOf("-")));
  for (const members of series.values()) {
    const counted = members.map((number) => Number(number.slice(number.lastIndexOf("-") + 1)));
    expect(counted.sort((a, b) => a - b)).toEqual(counted.map((_, index) => index + 1));
  }
  const entries = database.prepare("SELECT number FROM accounting_entry ORDER BY number").all();
  expect(entries.map((row) => row.number)).toEqual(entries.map((_, index) => index + 1));
}
