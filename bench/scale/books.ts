import type { DatabaseSync } from "node:sqlite";
import { newId } from "../../src/core/ids.ts";
import type { Random } from "./random.ts";

const created = "2026-01-01T00:00:00.000Z";
const stamp = `1, '${created}', '${created}'`;

/** How many of each there are. */
export interface BooksSize {
  customers: number;
  invoices: number;
  /** The day after the last one of the year that the invoices are spread over. */
  end: Date;
}

/**
 * Writes a year of invoices into the tables of the accounting server, all their triggers at work: three lines each, an
 * entry each, and for most of them a payment that settles it. Call it within a transaction.
 */
export function writeBooks(database: DatabaseSync, size: BooksSize, random: Random): void {
  const run = statements(database);
  database.exec("UPDATE accounting_setting SET base_currency = 'EUR'");
  const customers = Array.from({ length: size.customers }, (_, index) => {
    const id = newId("cus");
    run.customer(id, `Customer ${String(index + 1).padStart(5, "0")}`, `books@customer${index + 1}.example`);
    return id;
  });
  let entryNumber = 0;
  const post = (
    kind: string,
    source: string,
    day: string,
    postings: readonly (readonly [string, number])[],
  ): string => {
    const entry = newId("ent");
    entryNumber += 1;
    run.entry(entry, entryNumber, day, kind, source, `${kind} ${entryNumber}`);
    for (const [index, [account, amount]] of postings.entries())
      run.posting(entry, index + 1, account, amount, amount, day);
    run.post(entry);
    return entry;
  };

  for (let index = 0; index < size.invoices; index += 1) {
    const invoice = newId("inv");
    const customer = customers[random.between(0, customers.length - 1)] ?? "";
    // evenly over the year, so that entries stand in the order of their days
    const issued = dayBefore(size.end, 365 - Math.floor((index / size.invoices) * 365));
    const due = dayAfter(issued, 30);
    const amounts = Array.from({ length: 3 }, () => random.between(1_000, 200_000));
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const number = `INV-${issued.slice(0, 4)}-${String(index + 1).padStart(6, "0")}`;
    run.invoice(
      invoice,
      number,
      `DRAFT-${index + 1}`,
      customer,
      `Order ${index + 1}`,
      issued,
      due,
      issued,
      total,
      total,
    );
    for (const [line, amount] of amounts.entries())
      run.line(invoice, line + 1, `SKU-${random.between(1, 20_000)}`, amount, amount);
    const entry = post("invoice", invoice, issued, [
      ["1100", total],
      ["4000", -total],
    ]);
    run.open(total, total, total, entry, created, invoice);

    const paid = dayAfter(issued, random.between(5, 60));
    if (random.next() > 0.9 || paid >= dayBefore(size.end, 0)) continue;
    const payment = newId("pay");
    const receipt = post("payment", payment, paid, [
      ["1000", total],
      ["1100", -total],
    ]);
    run.payment(payment, customer, total, total, total, paid, `BANK-${index + 1}`, receipt);
    run.settlement(
      newId("set"),
      invoice,
      payment,
      payment,
      total,
      total,
      paid,
      receipt,
      customer,
      issued,
      due,
    );
    run.paid(invoice);
  }
}

function statements(database: DatabaseSync) {
  const prepared = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number)[]) => void statement.run(...values);
  };
  return {
    customer: prepared(
      `INSERT INTO accounting_customer (id, name, email, language, currency, payment_terms_days, version, created_at, updated_at)
       VALUES (?, ?, ?, 'en', 'EUR', 30, ${stamp})`,
    ),
    entry: prepared(
      `INSERT INTO accounting_entry (id, number, entry_on, kind, source_id, memo, posted, version, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, 0, ${stamp})`,
    ),
    posting: prepared(
      `INSERT INTO accounting_posting (entry_id, line, account_id, currency, amount_minor, base_minor, entry_on)
       VALUES (?, ?, ?, 'EUR', ?, ?, ?)`,
    ),
    post: prepared("UPDATE accounting_entry SET posted = 1 WHERE id = ?"),
    invoice: prepared(
      `INSERT INTO accounting_invoice (id, number, draft_number, state, customer_id, currency, reference, issued_on, due_on,
         due_in_days, settleable_on, prices_include_tax, net_minor, tax_minor, total_minor, balance_minor,
         base_total_minor, base_balance_minor, version, created_at, updated_at)
       VALUES (?, ?, ?, 'draft', ?, 'EUR', ?, ?, ?, 30, ?, 0, ?, 0, ?, 0, 0, 0, ${stamp})`,
    ),
    line: prepared(
      `INSERT INTO accounting_invoice_line (invoice_id, line, sku, description, quantity, unit_price_minor, discount_rate,
         account_id, tax_code, tax_rate, net_minor, tax_minor)
       VALUES (?, ?, ?, 'Goods', 1, ?, '0', '4000', 'none', '0', ?, 0)`,
    ),
    open: prepared(
      `UPDATE accounting_invoice SET state = 'open', balance_minor = ?, base_total_minor = ?, base_balance_minor = ?,
         exchange_rate = '1', entry_id = ?, posted_at = ? WHERE id = ?`,
    ),
    payment: prepared(
      `INSERT INTO accounting_payment (id, customer_id, currency, amount_minor, allocated_minor, refunded_minor,
         exchange_rate, base_minor, base_unallocated_minor, account_id, received_on, bank_reference, entry_id, version,
         created_at, updated_at)
       VALUES (?, ?, 'EUR', ?, ?, 0, '1', ?, 0, '1000', ?, ?, ?, ${stamp})`,
    ),
    settlement: prepared(
      `INSERT INTO accounting_settlement (id, invoice_id, kind, payment_id, source_id, amount_minor, base_minor, settled_on,
         entry_id, customer_id, currency, issued_on, due_on, version, created_at, updated_at)
       VALUES (?, ?, 'payment', ?, ?, ?, ?, ?, ?, ?, 'EUR', ?, ?, ${stamp})`,
    ),
    paid: prepared(
      "UPDATE accounting_invoice SET state = 'paid', balance_minor = 0, base_balance_minor = 0 WHERE id = ?",
    ),
  };
}

const dayMs = 86_400_000;

export function dayBefore(end: Date, days: number): string {
  return new Date(end.getTime() - days * dayMs).toISOString().slice(0, 10);
}

function dayAfter(day: string, days: number): string {
  return dayBefore(new Date(day), -days);
}
