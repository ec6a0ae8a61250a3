import type { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";

/** Checks what must hold in the books at any time, with SQL that shares nothing with the store. */
export function expectSoundBooks(database: DatabaseSync): void {
  const wrong = (sql: string) =>
    expect(
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
    ).toEqual([]);

  // every entry is posted; debits equal credits per entry and currency, and per entry in the base currency
  wrong("SELECT id FROM accounting_entry WHERE posted = 0");
  wrong("SELECT entry_id FROM accounting_posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0");
  wrong("SELECT entry_id FROM accounting_posting GROUP BY entry_id HAVING sum(base_minor) <> 0");
  wrong(`SELECT entry_id FROM accounting_posting, accounting_setting
    WHERE currency = base_currency AND amount_minor <> base_minor`);

  // the kept monthly totals are the sums of the postings
  wrong(`SELECT account_id, currency, month, sum(amount), sum(base) FROM (
      SELECT account_id, currency, month, amount_minor AS amount, base_minor AS base FROM accounting_month_total
      UNION ALL SELECT account_id, currency, substr(entry_on, 1, 7), -amount_minor, -base_minor FROM accounting_posting)
    GROUP BY account_id, currency, month HAVING sum(amount) <> 0 OR sum(base) <> 0`);

  // a reversal and what it reverses are nothing together, in any account and currency; what a foreign invoice comes to owe
  // again may be rounded otherwise than when it was written off
  wrong(`SELECT r.id FROM accounting_entry AS r JOIN accounting_posting AS p ON p.entry_id IN (r.id, r.reverses_id)
    WHERE r.reverses_id IS NOT NULL GROUP BY r.id, p.account_id, p.currency
    HAVING sum(p.amount_minor) <> 0 OR abs(sum(p.base_minor)) >
      iif(p.account_id IN ('1100', '4900', '5900') AND p.currency <> 'EUR', 2, 0)`);

  // an entry is reversed once, and a reversal never
  wrong(
    "SELECT reverses_id FROM accounting_entry WHERE reverses_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
  );
  wrong(`SELECT r.id FROM accounting_entry AS r JOIN accounting_entry AS e ON e.id = r.reverses_id
    WHERE e.reverses_id IS NOT NULL`);

  expectInvoices(wrong);
  expectPayments(wrong);
  expectControlAccounts(wrong);
  expectGaplessNumbers(database);
}

type Wrong = (sql: string) => void;

function expectInvoices(wrong: Wrong): void {
  wrong(`SELECT id FROM accounting_invoice AS i WHERE total_minor <> net_minor + tax_minor
    OR net_minor <> (SELECT sum(net_minor) FROM accounting_invoice_line WHERE invoice_id = i.id)
    OR tax_minor <> (SELECT sum(tax_minor) FROM accounting_invoice_line WHERE invoice_id = i.id)`);

  // an invoice owes its total less what settled it; a draft owes nothing; the same in the base currency
  wrong(`SELECT id FROM accounting_invoice AS i WHERE balance_minor <> CASE WHEN state IN ('draft', 'void') THEN 0
      ELSE total_minor - (SELECT coalesce(sum(amount_minor), 0) FROM accounting_settlement WHERE invoice_id = i.id) END
    OR base_balance_minor <> CASE WHEN state IN ('draft', 'void') THEN 0
      ELSE base_total_minor - (SELECT coalesce(sum(base_minor), 0) FROM accounting_settlement WHERE invoice_id = i.id) END`);

  // allocations ≤ balance: what settled an invoice is never more than its total, nor less than nothing
  wrong(`SELECT i.id FROM accounting_invoice AS i JOIN accounting_settlement AS s ON s.invoice_id = i.id
    GROUP BY i.id HAVING sum(s.amount_minor) NOT BETWEEN 0 AND i.total_minor
    OR sum(s.base_minor) NOT BETWEEN 0 AND i.base_total_minor`);

  // and that at the end of every day, however things were dated
  wrong(`SELECT * FROM (SELECT i.id, s.settled_on, i.total_minor, sum(s.amount_minor) OVER (
      PARTITION BY i.id ORDER BY s.settled_on) AS settled
    FROM accounting_settlement AS s JOIN accounting_invoice AS i ON i.id = s.invoice_id)
    WHERE settled NOT BETWEEN 0 AND total_minor`);

  // credit notes ≤ invoice, as a whole and line by line, and each is what its lines and its settlement say
  wrong(`SELECT i.id FROM accounting_invoice AS i JOIN accounting_credit_note AS c ON c.invoice_id = i.id
    GROUP BY i.id HAVING sum(c.total_minor) > i.total_minor OR sum(c.tax_minor) > i.tax_minor`);
  wrong(`SELECT l.invoice_id FROM accounting_invoice_line AS l
    JOIN accounting_credit_note_line AS c ON c.invoice_id = l.invoice_id AND c.line = l.line
    GROUP BY l.invoice_id, l.line HAVING sum(c.net_minor) > l.net_minor OR sum(c.tax_minor) > l.tax_minor`);
  wrong(`SELECT id FROM accounting_credit_note AS c WHERE
    net_minor <> (SELECT sum(net_minor) FROM accounting_credit_note_line WHERE credit_note_id = c.id)
    OR tax_minor <> (SELECT sum(tax_minor) FROM accounting_credit_note_line WHERE credit_note_id = c.id)
    OR total_minor IS NOT (SELECT amount_minor FROM accounting_settlement WHERE source_id = c.id AND kind = 'credit_note')`);
}

function expectPayments(wrong: Wrong): void {
  // allocations ≤ payment, and the payment's sums are those of its settlements and refunds
  wrong(`SELECT id FROM accounting_payment AS p
    WHERE allocated_minor + refunded_minor > amount_minor
    OR allocated_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM accounting_settlement WHERE payment_id = p.id)
    OR refunded_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM accounting_refund WHERE payment_id = p.id)`);
  wrong(`SELECT 1 FROM accounting_settlement WHERE payment_id IS NOT NULL
    GROUP BY payment_id, invoice_id HAVING sum(amount_minor) < 0`);

  // nothing settles an invoice before its day, and money is taken back only after it came
  wrong(`SELECT s.id FROM accounting_settlement AS s JOIN accounting_invoice AS i ON i.id = s.invoice_id
    WHERE s.settled_on < i.issued_on OR s.due_on <> i.due_on OR s.issued_on <> i.issued_on
    OR s.customer_id <> i.customer_id OR s.currency <> i.currency`);
  wrong(`SELECT * FROM (SELECT sum(amount_minor) OVER (
      PARTITION BY payment_id, invoice_id ORDER BY settled_on) AS so_far FROM accounting_settlement
      WHERE payment_id IS NOT NULL)
    WHERE so_far < 0`);
}

/**
 * At every day with an entry, in the currencies and in the base currency: receivables equal the open invoices.
 * Prepayments equal what payments have left.
 */
function expectControlAccounts(wrong: Wrong): void {
  wrong(`
    WITH moves (day, currency, book, minor, base) AS (
      SELECT entry_on, currency, account_id, amount_minor, base_minor FROM accounting_posting
        WHERE account_id = '1100'
      UNION ALL SELECT issued_on, currency, '1100', -total_minor, -base_total_minor FROM accounting_invoice
        WHERE state NOT IN ('draft', 'void')
      UNION ALL SELECT s.settled_on, i.currency, '1100', s.amount_minor, s.base_minor
        FROM accounting_settlement AS s JOIN accounting_invoice AS i ON i.id = s.invoice_id)
    SELECT day, currency, book, sum(minor) AS off, sum(base) AS base_off FROM moves
    GROUP BY day, currency, book HAVING sum(minor) <> 0 OR sum(base) <> 0`);
  wrong(`
    WITH moves (day, currency, minor) AS (
      SELECT entry_on, currency, amount_minor FROM accounting_posting WHERE account_id = '2100'
      UNION ALL SELECT received_on, currency, amount_minor FROM accounting_payment
      UNION ALL SELECT r.refunded_on, p.currency, -r.amount_minor
        FROM accounting_refund AS r JOIN accounting_payment AS p ON p.id = r.payment_id
      UNION ALL SELECT s.settled_on, p.currency, -s.amount_minor
        FROM accounting_settlement AS s JOIN accounting_payment AS p ON p.id = s.payment_id)
    SELECT day, currency, sum(minor) AS off FROM moves GROUP BY day, currency HAVING sum(minor) <> 0`);
  wrong(`SELECT base, held FROM (SELECT (SELECT coalesce(-sum(base_minor), 0) FROM accounting_posting
      WHERE account_id = '2100') AS base, (SELECT coalesce(sum(base_unallocated_minor), 0) FROM accounting_payment) AS held)
    WHERE base <> held`);
}

/** Every series counts from 1 without a gap, in whatever order the numbers were given. */
function expectGaplessNumbers(database: DatabaseSync): void {
  const numbers = database
    .prepare(`SELECT number FROM accounting_invoice UNION SELECT draft_number FROM accounting_invoice
      UNION SELECT number FROM accounting_credit_note`)
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
