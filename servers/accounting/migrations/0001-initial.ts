import type { Migration } from "../../../src/db/migrate.ts";

/**
 * Parties and settings, the double-entry ledger, invoices, payments and what else settles invoices, dunning and
 * the outbox. Amounts are whole minor units, those called base_ in the books' base currency; rates are decimal
 * texts; days are ISO dates; instants are RFC 3339 in UTC.
 */
export const initial: Migration = {
  version: 1,
  name: "initial",
  sql: `
-- One row. The base currency is set by hand or, when it was not, by the first posting.
CREATE TABLE accounting_setting (
  id TEXT NOT NULL PRIMARY KEY CHECK (id = 'books'),
  base_currency TEXT CHECK (length(base_currency) = 3),
  rounding TEXT NOT NULL CHECK (rounding IN ('half_up', 'half_even')),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
INSERT INTO accounting_setting (id, base_currency, rounding, version, created_at, updated_at) VALUES
  ('books', NULL, 'half_up', 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

-- How much of the base currency one unit (not minor unit) of a currency is worth, from a day on.
CREATE TABLE accounting_exchange_rate (
  id TEXT NOT NULL PRIMARY KEY,
  base_currency TEXT NOT NULL CHECK (length(base_currency) = 3),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  rate_on TEXT NOT NULL,
  rate TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (base_currency, currency, rate_on)
) STRICT;

-- A closed month, YYYY-MM. It closes every month before it too.
CREATE TABLE accounting_period (
  id TEXT NOT NULL PRIMARY KEY,
  closed_at TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER accounting_period_immutable BEFORE UPDATE ON accounting_period
BEGIN SELECT RAISE(ABORT, 'a closed period cannot be changed'); END;
CREATE TRIGGER accounting_period_stays BEFORE DELETE ON accounting_period
BEGIN SELECT RAISE(ABORT, 'a closed period cannot be deleted'); END;

-- The last number given in each series, counted up in the transaction that uses the number: no gaps.
CREATE TABLE accounting_series (
  id TEXT NOT NULL PRIMARY KEY,
  last_number INTEGER NOT NULL CHECK (last_number >= 1)
) STRICT;

-- A control account is posted to by invoices and payments only, never by hand.
CREATE TABLE accounting_account (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('asset', 'liability', 'equity', 'income', 'expense')),
  control INTEGER NOT NULL DEFAULT 0 CHECK (control IN (0, 1)),
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;
INSERT INTO accounting_account (id, name, type, control) VALUES
  ('1000', 'Bank', 'asset', 0),
  ('1100', 'Accounts receivable', 'asset', 1),
  ('1900', 'Currency exchange', 'asset', 0),
  ('2100', 'Customer prepayments', 'liability', 1),
  ('2200', 'Tax on sales', 'liability', 0),
  ('3000', 'Retained earnings', 'equity', 0),
  ('4000', 'Sales', 'income', 0),
  ('4900', 'Realised exchange gains', 'income', 0),
  ('5000', 'Operating expenses', 'expense', 0),
  ('5800', 'Bad debts', 'expense', 0),
  ('5900', 'Realised exchange losses', 'expense', 0);
CREATE TRIGGER accounting_account_keeps_type BEFORE UPDATE ON accounting_account
WHEN NEW.id <> OLD.id OR NEW.type <> OLD.type OR NEW.control <> OLD.control
BEGIN SELECT RAISE(ABORT, 'the code and type of an account cannot be changed'); END;
CREATE TRIGGER accounting_account_stays BEFORE DELETE ON accounting_account
BEGIN SELECT RAISE(ABORT, 'an account cannot be deleted'); END;

CREATE TABLE accounting_tax_code (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  rate TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounting_account (id),
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;
INSERT INTO accounting_tax_code (id, name, rate, account_id) VALUES ('none', 'No tax', '0', '2200');

CREATE TABLE accounting_customer (
  id TEXT NOT NULL PRIMARY KEY,
  external_id TEXT UNIQUE,
  crm_company_id TEXT UNIQUE,
  name TEXT NOT NULL,
  contact_name TEXT,
  email TEXT,
  phone TEXT,
  language TEXT NOT NULL,
  currency TEXT NOT NULL,
  payment_terms_days INTEGER NOT NULL CHECK (payment_terms_days BETWEEN 0 AND 365),
  street TEXT,
  city TEXT,
  region TEXT,
  postal_code TEXT,
  country TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_customer_by_name ON accounting_customer (name, id);

-- An entry is written unposted, gets its postings, and is then posted; a trigger checks that it balances.
CREATE TABLE accounting_entry (
  id TEXT NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  entry_on TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN (
    'invoice', 'payment', 'allocation', 'refund', 'credit_note', 'write_off', 'journal', 'reversal')),
  source_id TEXT NOT NULL,
  memo TEXT NOT NULL,
  reverses_id TEXT UNIQUE REFERENCES accounting_entry (id),
  posted INTEGER NOT NULL CHECK (posted IN (0, 1)),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_entry_by_source ON accounting_entry (source_id);
CREATE INDEX accounting_entry_by_day ON accounting_entry (entry_on, number);

-- amount_minor is positive for a debit and negative for a credit; base_minor is its worth in the base currency.
-- An exchange difference has no amount in the currency, only one in the base currency.
CREATE TABLE accounting_posting (
  entry_id TEXT NOT NULL REFERENCES accounting_entry (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  account_id TEXT NOT NULL REFERENCES accounting_account (id),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL,
  base_minor INTEGER NOT NULL,
  entry_on TEXT NOT NULL,
  PRIMARY KEY (entry_id, line),
  CHECK (amount_minor <> 0 OR base_minor <> 0),
  CHECK (amount_minor = 0 OR base_minor = 0 OR (amount_minor > 0) = (base_minor > 0))
) STRICT, WITHOUT ROWID;
CREATE INDEX accounting_posting_by_account
  ON accounting_posting (account_id, entry_on, entry_id, line, currency, amount_minor, base_minor);

-- What was posted in each month, kept by a trigger, so that no report adds up the whole ledger.
CREATE TABLE accounting_month_total (
  account_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  month TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  base_minor INTEGER NOT NULL,
  PRIMARY KEY (account_id, currency, month)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER accounting_entry_starts_unposted BEFORE INSERT ON accounting_entry WHEN NEW.posted <> 0
BEGIN SELECT RAISE(ABORT, 'an entry is posted after its postings are written'); END;
CREATE TRIGGER accounting_entry_in_open_period BEFORE INSERT ON accounting_entry
BEGIN
  SELECT RAISE(ABORT, 'the period is closed') WHERE EXISTS (
    SELECT id FROM accounting_period WHERE id >= substr(NEW.entry_on, 1, 7));
END;
CREATE TRIGGER accounting_entry_keeps_base BEFORE UPDATE ON accounting_setting
WHEN NEW.base_currency IS NOT OLD.base_currency
BEGIN
  SELECT RAISE(ABORT, 'the base currency of posted books cannot be changed') WHERE EXISTS (
    SELECT id FROM accounting_entry);
END;
CREATE TRIGGER accounting_entry_immutable BEFORE UPDATE ON accounting_entry WHEN OLD.posted = 1
BEGIN SELECT RAISE(ABORT, 'a posted entry cannot be changed'); END;
CREATE TRIGGER accounting_entry_balances BEFORE UPDATE ON accounting_entry WHEN OLD.posted = 0
BEGIN
  SELECT RAISE(ABORT, 'an entry needs at least two postings')
    WHERE (SELECT count(*) FROM accounting_posting WHERE entry_id = OLD.id) < 2;
  SELECT RAISE(ABORT, 'debits and credits differ') WHERE EXISTS (
    SELECT currency FROM accounting_posting WHERE entry_id = OLD.id
    GROUP BY currency HAVING sum(amount_minor) <> 0);
  SELECT RAISE(ABORT, 'debits and credits differ in the base currency')
    WHERE (SELECT sum(base_minor) FROM accounting_posting WHERE entry_id = OLD.id) <> 0;
  SELECT RAISE(ABORT, 'posting an entry changes nothing else')
    WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.entry_on <> OLD.entry_on OR NEW.posted <> 1
    OR NEW.reverses_id IS NOT OLD.reverses_id;
END;
CREATE TRIGGER accounting_entry_adds_up AFTER UPDATE ON accounting_entry WHEN OLD.posted = 0 AND NEW.posted = 1
BEGIN
  INSERT INTO accounting_month_total (account_id, currency, month, amount_minor, base_minor)
    SELECT account_id, currency, substr(entry_on, 1, 7), sum(amount_minor), sum(base_minor)
    FROM accounting_posting WHERE entry_id = NEW.id GROUP BY account_id, currency
    ON CONFLICT (account_id, currency, month) DO UPDATE SET
      amount_minor = amount_minor + excluded.amount_minor, base_minor = base_minor + excluded.base_minor;
END;
CREATE TRIGGER accounting_entry_stays BEFORE DELETE ON accounting_entry WHEN OLD.posted = 1
BEGIN SELECT RAISE(ABORT, 'a posted entry cannot be deleted'); END;
CREATE TRIGGER accounting_posting_insert BEFORE INSERT ON accounting_posting
BEGIN
  SELECT RAISE(ABORT, 'a posting belongs to an unposted entry of the same day') WHERE NOT EXISTS (
    SELECT id FROM accounting_entry WHERE id = NEW.entry_id AND posted = 0 AND entry_on = NEW.entry_on);
END;
CREATE TRIGGER accounting_posting_immutable BEFORE UPDATE ON accounting_posting
BEGIN SELECT RAISE(ABORT, 'a posting cannot be changed'); END;
CREATE TRIGGER accounting_posting_stays BEFORE DELETE ON accounting_posting
BEGIN
  SELECT RAISE(ABORT, 'a posting of a posted entry cannot be deleted') WHERE EXISTS (
    SELECT id FROM accounting_entry WHERE id = OLD.entry_id AND posted = 1);
END;

-- open: posted with something left to pay. paid: posted with nothing left to pay.
CREATE TABLE accounting_invoice (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  draft_number TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('draft', 'open', 'paid', 'void')),
  customer_id TEXT NOT NULL REFERENCES accounting_customer (id),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  reference TEXT NOT NULL,
  external_id TEXT UNIQUE,
  issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL CHECK (due_on >= issued_on),
  due_in_days INTEGER NOT NULL CHECK (due_in_days >= 0),
  -- The first day on which something may settle it: the invoice day, or the last day on which it came to owe again.
  settleable_on TEXT NOT NULL CHECK (settleable_on >= issued_on),
  prices_include_tax INTEGER NOT NULL CHECK (prices_include_tax IN (0, 1)),
  net_minor INTEGER NOT NULL CHECK (net_minor >= 0),
  tax_minor INTEGER NOT NULL CHECK (tax_minor >= 0),
  total_minor INTEGER NOT NULL CHECK (total_minor = net_minor + tax_minor),
  balance_minor INTEGER NOT NULL CHECK (balance_minor BETWEEN 0 AND total_minor),
  exchange_rate TEXT,
  base_total_minor INTEGER NOT NULL CHECK (base_total_minor >= 0),
  base_balance_minor INTEGER NOT NULL CHECK (base_balance_minor BETWEEN 0 AND base_total_minor),
  entry_id TEXT UNIQUE REFERENCES accounting_entry (id),
  posted_at TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((state = 'open') = (balance_minor > 0)),
  CHECK (balance_minor > 0 OR base_balance_minor = 0),
  CHECK ((state IN ('draft', 'void')) = (entry_id IS NULL)),
  CHECK ((state IN ('draft', 'void')) = (posted_at IS NULL)),
  CHECK ((state IN ('draft', 'void')) = (exchange_rate IS NULL))
) STRICT;
CREATE INDEX accounting_invoice_by_state ON accounting_invoice (state, due_on, id);
CREATE INDEX accounting_invoice_by_state_and_issue ON accounting_invoice (state, issued_on, id);
CREATE INDEX accounting_invoice_by_due ON accounting_invoice (due_on, id);
CREATE INDEX accounting_invoice_by_issue ON accounting_invoice (issued_on, id);
CREATE INDEX accounting_invoice_by_customer ON accounting_invoice (customer_id, state, due_on, id);
CREATE INDEX accounting_invoice_by_reference ON accounting_invoice (customer_id, reference);
CREATE INDEX accounting_invoice_open
  ON accounting_invoice (customer_id, currency, due_on, issued_on, balance_minor) WHERE state = 'open';

CREATE TABLE accounting_invoice_line (
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  sku TEXT,
  description TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
  discount_rate TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounting_account (id),
  tax_code TEXT NOT NULL REFERENCES accounting_tax_code (id),
  tax_rate TEXT NOT NULL,
  net_minor INTEGER NOT NULL CHECK (net_minor >= 0),
  tax_minor INTEGER NOT NULL CHECK (tax_minor >= 0),
  PRIMARY KEY (invoice_id, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER accounting_invoice_starts_as_draft BEFORE INSERT ON accounting_invoice WHEN NEW.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an invoice is posted after its lines are written'); END;
CREATE TRIGGER accounting_invoice_adds_up BEFORE UPDATE ON accounting_invoice
WHEN OLD.state = 'draft' AND NEW.state IN ('open', 'paid')
BEGIN
  SELECT RAISE(ABORT, 'the total is not the sum of the lines') WHERE NOT EXISTS (
    SELECT invoice_id FROM accounting_invoice_line WHERE invoice_id = OLD.id
    GROUP BY invoice_id HAVING sum(net_minor) = NEW.net_minor AND sum(tax_minor) = NEW.tax_minor);
  SELECT RAISE(ABORT, 'a posted invoice needs a posted entry') WHERE NOT EXISTS (
    SELECT id FROM accounting_entry WHERE id = NEW.entry_id AND posted = 1);
END;
CREATE TRIGGER accounting_invoice_immutable BEFORE UPDATE ON accounting_invoice WHEN OLD.state <> 'draft' AND (
  NEW.state = 'draft' OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.draft_number IS NOT OLD.draft_number
  OR NEW.customer_id <> OLD.customer_id OR NEW.currency <> OLD.currency OR NEW.reference <> OLD.reference
  OR NEW.external_id IS NOT OLD.external_id OR NEW.issued_on <> OLD.issued_on OR NEW.due_on <> OLD.due_on
  OR NEW.due_in_days <> OLD.due_in_days OR NEW.total_minor <> OLD.total_minor
  OR NEW.net_minor <> OLD.net_minor OR NEW.prices_include_tax <> OLD.prices_include_tax
  OR NEW.exchange_rate IS NOT OLD.exchange_rate OR NEW.base_total_minor <> OLD.base_total_minor
  OR (NEW.state = 'void') <> (OLD.state = 'void')
  OR NEW.entry_id IS NOT OLD.entry_id OR NEW.posted_at IS NOT OLD.posted_at)
BEGIN SELECT RAISE(ABORT, 'a posted invoice cannot be changed'); END;
CREATE TRIGGER accounting_invoice_stays BEFORE DELETE ON accounting_invoice WHEN OLD.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a posted invoice cannot be deleted'); END;
CREATE TRIGGER accounting_invoice_line_insert BEFORE INSERT ON accounting_invoice_line
BEGIN
  SELECT RAISE(ABORT, 'a posted invoice takes no more lines') WHERE EXISTS (
    SELECT id FROM accounting_invoice WHERE id = NEW.invoice_id AND state <> 'draft');
END;
CREATE TRIGGER accounting_invoice_line_update BEFORE UPDATE ON accounting_invoice_line
BEGIN
  SELECT RAISE(ABORT, 'a line of a posted invoice cannot be changed') WHERE EXISTS (
    SELECT id FROM accounting_invoice WHERE id IN (OLD.invoice_id, NEW.invoice_id) AND state <> 'draft');
END;
CREATE TRIGGER accounting_invoice_line_delete BEFORE DELETE ON accounting_invoice_line
BEGIN
  SELECT RAISE(ABORT, 'a line of a posted invoice cannot be deleted') WHERE EXISTS (
    SELECT id FROM accounting_invoice WHERE id = OLD.invoice_id AND state <> 'draft');
END;

CREATE TABLE accounting_payment (
  id TEXT NOT NULL PRIMARY KEY,
  customer_id TEXT NOT NULL REFERENCES accounting_customer (id),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  allocated_minor INTEGER NOT NULL CHECK (allocated_minor >= 0),
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
  exchange_rate TEXT NOT NULL,
  base_minor INTEGER NOT NULL CHECK (base_minor >= 0),
  base_unallocated_minor INTEGER NOT NULL CHECK (base_unallocated_minor BETWEEN 0 AND base_minor),
  account_id TEXT NOT NULL REFERENCES accounting_account (id),
  received_on TEXT NOT NULL,
  bank_reference TEXT NOT NULL UNIQUE,
  entry_id TEXT NOT NULL UNIQUE REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK (allocated_minor + refunded_minor <= amount_minor),
  CHECK (allocated_minor + refunded_minor < amount_minor OR base_unallocated_minor = 0)
) STRICT;
CREATE INDEX accounting_payment_by_day ON accounting_payment (received_on, id);
CREATE INDEX accounting_payment_unallocated ON accounting_payment (received_on, id)
  WHERE amount_minor > allocated_minor + refunded_minor;
CREATE INDEX accounting_payment_by_customer ON accounting_payment (customer_id, received_on, id);

CREATE TABLE accounting_refund (
  id TEXT NOT NULL PRIMARY KEY,
  payment_id TEXT NOT NULL REFERENCES accounting_payment (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  exchange_rate TEXT NOT NULL,
  base_minor INTEGER NOT NULL CHECK (base_minor >= 0),
  refunded_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  entry_id TEXT NOT NULL UNIQUE REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_refund_by_payment ON accounting_refund (payment_id);

CREATE TABLE accounting_credit_note (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  net_minor INTEGER NOT NULL CHECK (net_minor >= 0),
  tax_minor INTEGER NOT NULL CHECK (tax_minor >= 0),
  total_minor INTEGER NOT NULL CHECK (total_minor = net_minor + tax_minor AND total_minor > 0),
  issued_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  entry_id TEXT NOT NULL UNIQUE REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_credit_note_by_invoice ON accounting_credit_note (invoice_id, issued_on, id);

-- How much of which line of the invoice a credit note takes back.
CREATE TABLE accounting_credit_note_line (
  credit_note_id TEXT NOT NULL REFERENCES accounting_credit_note (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  invoice_id TEXT NOT NULL,
  net_minor INTEGER NOT NULL CHECK (net_minor >= 0),
  tax_minor INTEGER NOT NULL CHECK (tax_minor >= 0),
  PRIMARY KEY (credit_note_id, line),
  FOREIGN KEY (invoice_id, line) REFERENCES accounting_invoice_line (invoice_id, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounting_credit_note_line_by_invoice
  ON accounting_credit_note_line (invoice_id, line, net_minor, tax_minor);
CREATE TRIGGER accounting_credit_note_line_fits AFTER INSERT ON accounting_credit_note_line
BEGIN
  SELECT RAISE(ABORT, 'a line is credited beyond its amount')
    FROM accounting_invoice_line AS l WHERE l.invoice_id = NEW.invoice_id AND l.line = NEW.line AND EXISTS (
      SELECT invoice_id FROM accounting_credit_note_line AS c WHERE c.invoice_id = NEW.invoice_id AND c.line = NEW.line
      GROUP BY c.line HAVING sum(c.net_minor) > l.net_minor OR sum(c.tax_minor) > l.tax_minor);
END;

CREATE TABLE accounting_write_off (
  id TEXT NOT NULL PRIMARY KEY,
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  base_minor INTEGER NOT NULL CHECK (base_minor >= 0),
  written_off_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  entry_id TEXT NOT NULL UNIQUE REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_write_off_by_invoice ON accounting_write_off (invoice_id, written_off_on, id);

-- What lowered the balance of an invoice (positive) or raised it again (negative), with its worth in the
-- receivables account. payment: money of a payment. refund: taken back to be paid out. release: given back to the
-- payment by a credit note. recovery: a write-off that was reversed. The customer, currency and days are the
-- invoice's, for sums at any day.
CREATE TABLE accounting_settlement (
  id TEXT NOT NULL PRIMARY KEY,
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  kind TEXT NOT NULL CHECK (kind IN ('payment', 'refund', 'release', 'credit_note', 'write_off', 'recovery')),
  payment_id TEXT REFERENCES accounting_payment (id),
  source_id TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  base_minor INTEGER NOT NULL,
  settled_on TEXT NOT NULL,
  entry_id TEXT NOT NULL REFERENCES accounting_entry (id),
  customer_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((kind IN ('payment', 'refund', 'release')) = (payment_id IS NOT NULL)),
  CHECK ((kind IN ('payment', 'credit_note', 'write_off')) = (amount_minor > 0)),
  CHECK (settled_on >= issued_on)
) STRICT;
-- So that the balance lies between nothing and the total at the end of every day, not only now.
CREATE TRIGGER accounting_settlement_in_order BEFORE INSERT ON accounting_settlement WHEN NEW.amount_minor > 0
BEGIN
  SELECT RAISE(ABORT, 'an invoice is settled only after it came to owe') WHERE EXISTS (
    SELECT id FROM accounting_invoice WHERE id = NEW.invoice_id AND settleable_on > NEW.settled_on);
END;
CREATE INDEX accounting_settlement_by_payment ON accounting_settlement (payment_id, invoice_id, amount_minor)
  WHERE payment_id IS NOT NULL;
CREATE INDEX accounting_settlement_by_invoice ON accounting_settlement (invoice_id, settled_on, id);
CREATE INDEX accounting_settlement_by_day
  ON accounting_settlement (settled_on, issued_on, customer_id, currency, due_on, amount_minor);

CREATE TRIGGER accounting_payment_immutable BEFORE UPDATE ON accounting_payment WHEN
  NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.currency <> OLD.currency
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.received_on <> OLD.received_on
  OR NEW.bank_reference <> OLD.bank_reference OR NEW.entry_id <> OLD.entry_id
  OR NEW.exchange_rate <> OLD.exchange_rate OR NEW.base_minor <> OLD.base_minor
  OR NEW.account_id <> OLD.account_id
BEGIN SELECT RAISE(ABORT, 'a payment cannot be changed'); END;
CREATE TRIGGER accounting_payment_stays BEFORE DELETE ON accounting_payment
BEGIN SELECT RAISE(ABORT, 'a payment cannot be deleted'); END;
CREATE TRIGGER accounting_refund_immutable BEFORE UPDATE ON accounting_refund
BEGIN SELECT RAISE(ABORT, 'a refund cannot be changed'); END;
CREATE TRIGGER accounting_refund_stays BEFORE DELETE ON accounting_refund
BEGIN SELECT RAISE(ABORT, 'a refund cannot be deleted'); END;
CREATE TRIGGER accounting_credit_note_immutable BEFORE UPDATE ON accounting_credit_note
BEGIN SELECT RAISE(ABORT, 'a credit note cannot be changed'); END;
CREATE TRIGGER accounting_credit_note_stays BEFORE DELETE ON accounting_credit_note
BEGIN SELECT RAISE(ABORT, 'a credit note cannot be deleted'); END;
CREATE TRIGGER accounting_credit_note_line_immutable BEFORE UPDATE ON accounting_credit_note_line
BEGIN SELECT RAISE(ABORT, 'a line of a credit note cannot be changed'); END;
CREATE TRIGGER accounting_credit_note_line_stays BEFORE DELETE ON accounting_credit_note_line
BEGIN SELECT RAISE(ABORT, 'a line of a credit note cannot be deleted'); END;
CREATE TRIGGER accounting_write_off_immutable BEFORE UPDATE ON accounting_write_off
BEGIN SELECT RAISE(ABORT, 'a write-off cannot be changed'); END;
CREATE TRIGGER accounting_write_off_stays BEFORE DELETE ON accounting_write_off
BEGIN SELECT RAISE(ABORT, 'a write-off cannot be deleted'); END;
CREATE TRIGGER accounting_settlement_immutable BEFORE UPDATE ON accounting_settlement
BEGIN SELECT RAISE(ABORT, 'a settlement cannot be changed'); END;
CREATE TRIGGER accounting_settlement_stays BEFORE DELETE ON accounting_settlement
BEGIN SELECT RAISE(ABORT, 'a settlement cannot be deleted'); END;

CREATE TABLE accounting_outbox (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('reminder')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  next_attempt_at TEXT,
  last_error TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_outbox_by_time ON accounting_outbox (created_at, id);
CREATE INDEX accounting_outbox_by_status ON accounting_outbox (status, created_at, id);
CREATE INDEX accounting_outbox_by_invoice ON accounting_outbox (invoice_id, created_at, id);

CREATE TABLE accounting_reminder (
  id TEXT NOT NULL PRIMARY KEY,
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
  message_id TEXT NOT NULL UNIQUE REFERENCES accounting_outbox (id),
  sent_on TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (invoice_id, level)
) STRICT;
`,
};
