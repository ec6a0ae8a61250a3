import type { Migration } from "../../../src/db/migrate.ts";

/**
 * Parties and settings, the double-entry ledger, invoices, payments, dunning and the outbox. Amounts are whole
 * minor units; days are ISO dates; instants are RFC 3339 in UTC.
 */
export const initial: Migration = {
  version: 1,
  name: "initial",
  sql: `
CREATE TABLE accounting_setting (
  id TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

-- The last number given in each series, counted up in the transaction that uses the number: no gaps.
CREATE TABLE accounting_series (
  id TEXT NOT NULL PRIMARY KEY,
  last_number INTEGER NOT NULL CHECK (last_number >= 1)
) STRICT;

CREATE TABLE accounting_account (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('asset', 'liability', 'equity', 'income', 'expense')),
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;
INSERT INTO accounting_account (id, name, type) VALUES
  ('1000', 'Bank', 'asset'),
  ('1100', 'Accounts receivable', 'asset'),
  ('2100', 'Customer prepayments', 'liability'),
  ('3000', 'Retained earnings', 'equity'),
  ('4000', 'Sales', 'income'),
  ('5000', 'Operating expenses', 'expense');

CREATE TABLE accounting_tax_code (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  rate TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;
INSERT INTO accounting_tax_code (id, name, rate) VALUES ('none', 'No tax', '0');

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
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'payment', 'allocation', 'refund')),
  source_id TEXT NOT NULL,
  memo TEXT NOT NULL,
  posted INTEGER NOT NULL CHECK (posted IN (0, 1)),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_entry_by_source ON accounting_entry (source_id);
CREATE INDEX accounting_entry_by_day ON accounting_entry (entry_on, number);

-- amount_minor is positive for a debit and negative for a credit.
CREATE TABLE accounting_posting (
  entry_id TEXT NOT NULL REFERENCES accounting_entry (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  account_id TEXT NOT NULL REFERENCES accounting_account (id),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  entry_on TEXT NOT NULL,
  PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX accounting_posting_by_account
  ON accounting_posting (account_id, currency, entry_on, amount_minor);

CREATE TRIGGER accounting_entry_starts_unposted BEFORE INSERT ON accounting_entry WHEN NEW.posted <> 0
BEGIN SELECT RAISE(ABORT, 'an entry is posted after its postings are written'); END;
CREATE TRIGGER accounting_entry_immutable BEFORE UPDATE ON accounting_entry WHEN OLD.posted = 1
BEGIN SELECT RAISE(ABORT, 'a posted entry cannot be changed'); END;
CREATE TRIGGER accounting_entry_balances BEFORE UPDATE ON accounting_entry WHEN OLD.posted = 0
BEGIN
  SELECT RAISE(ABORT, 'an entry needs at least two postings')
    WHERE (SELECT count(*) FROM accounting_posting WHERE entry_id = OLD.id) < 2;
  SELECT RAISE(ABORT, 'debits and credits differ') WHERE EXISTS (
    SELECT currency FROM accounting_posting WHERE entry_id = OLD.id
    GROUP BY currency HAVING sum(amount_minor) <> 0);
  SELECT RAISE(ABORT, 'posting an entry changes nothing else')
    WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.entry_on <> OLD.entry_on OR NEW.posted <> 1;
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
  total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
  balance_minor INTEGER NOT NULL CHECK (balance_minor BETWEEN 0 AND total_minor),
  entry_id TEXT UNIQUE REFERENCES accounting_entry (id),
  posted_at TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((state = 'open') = (balance_minor > 0)),
  CHECK ((state = 'draft') = (entry_id IS NULL)),
  CHECK ((state = 'draft') = (posted_at IS NULL))
) STRICT;
CREATE INDEX accounting_invoice_by_state ON accounting_invoice (state, due_on, id);
CREATE INDEX accounting_invoice_by_state_and_issue ON accounting_invoice (state, issued_on, id);
CREATE INDEX accounting_invoice_by_due ON accounting_invoice (due_on, id);
CREATE INDEX accounting_invoice_by_issue ON accounting_invoice (issued_on, id);
CREATE INDEX accounting_invoice_by_customer ON accounting_invoice (customer_id, state, due_on, id);
CREATE INDEX accounting_invoice_open ON accounting_invoice (customer_id, currency, due_on, balance_minor)
  WHERE state = 'open';

CREATE TABLE accounting_invoice_line (
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  line INTEGER NOT NULL CHECK (line >= 1),
  sku TEXT,
  description TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
  discount_rate TEXT NOT NULL DEFAULT '0',
  tax_code TEXT NOT NULL DEFAULT 'none' REFERENCES accounting_tax_code (id),
  net_minor INTEGER NOT NULL CHECK (net_minor >= 0),
  PRIMARY KEY (invoice_id, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER accounting_invoice_starts_as_draft BEFORE INSERT ON accounting_invoice WHEN NEW.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an invoice is posted after its lines are written'); END;
CREATE TRIGGER accounting_invoice_adds_up BEFORE UPDATE ON accounting_invoice
WHEN OLD.state = 'draft' AND NEW.state <> 'draft'
BEGIN
  SELECT RAISE(ABORT, 'the total is not the sum of the lines') WHERE NEW.total_minor IS NOT (
    SELECT sum(net_minor) FROM accounting_invoice_line WHERE invoice_id = OLD.id);
  SELECT RAISE(ABORT, 'a posted invoice needs a posted entry') WHERE NOT EXISTS (
    SELECT id FROM accounting_entry WHERE id = NEW.entry_id AND posted = 1);
END;
CREATE TRIGGER accounting_invoice_immutable BEFORE UPDATE ON accounting_invoice WHEN OLD.state <> 'draft' AND (
  NEW.state = 'draft' OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.draft_number IS NOT OLD.draft_number
  OR NEW.customer_id <> OLD.customer_id OR NEW.currency <> OLD.currency OR NEW.reference <> OLD.reference
  OR NEW.external_id IS NOT OLD.external_id OR NEW.issued_on <> OLD.issued_on OR NEW.due_on <> OLD.due_on
  OR NEW.due_in_days <> OLD.due_in_days OR NEW.total_minor <> OLD.total_minor
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
  received_on TEXT NOT NULL,
  bank_reference TEXT NOT NULL UNIQUE,
  entry_id TEXT NOT NULL UNIQUE REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK (allocated_minor + refunded_minor <= amount_minor)
) STRICT;
CREATE INDEX accounting_payment_by_customer ON accounting_payment (customer_id, received_on, id);

CREATE TABLE accounting_refund (
  id TEXT NOT NULL PRIMARY KEY,
  payment_id TEXT NOT NULL REFERENCES accounting_payment (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  refunded_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  entry_id TEXT NOT NULL UNIQUE REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX accounting_refund_by_payment ON accounting_refund (payment_id);

-- Money of a payment moved to an invoice (positive), or taken back from it by a refund (negative).
CREATE TABLE accounting_allocation (
  id TEXT NOT NULL PRIMARY KEY,
  payment_id TEXT NOT NULL REFERENCES accounting_payment (id),
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  refund_id TEXT REFERENCES accounting_refund (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
  allocated_on TEXT NOT NULL,
  entry_id TEXT NOT NULL REFERENCES accounting_entry (id),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((refund_id IS NULL) = (amount_minor > 0))
) STRICT;
CREATE INDEX accounting_allocation_by_payment ON accounting_allocation (payment_id, invoice_id, amount_minor);
CREATE INDEX accounting_allocation_by_invoice ON accounting_allocation (invoice_id, allocated_on, id);

CREATE TRIGGER accounting_payment_immutable BEFORE UPDATE ON accounting_payment WHEN
  NEW.id <> OLD.id OR NEW.customer_id <> OLD.customer_id OR NEW.currency <> OLD.currency
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.received_on <> OLD.received_on
  OR NEW.bank_reference <> OLD.bank_reference OR NEW.entry_id <> OLD.entry_id
BEGIN SELECT RAISE(ABORT, 'a payment cannot be changed'); END;
CREATE TRIGGER accounting_payment_stays BEFORE DELETE ON accounting_payment
BEGIN SELECT RAISE(ABORT, 'a payment cannot be deleted'); END;
CREATE TRIGGER accounting_refund_immutable BEFORE UPDATE ON accounting_refund
BEGIN SELECT RAISE(ABORT, 'a refund cannot be changed'); END;
CREATE TRIGGER accounting_refund_stays BEFORE DELETE ON accounting_refund
BEGIN SELECT RAISE(ABORT, 'a refund cannot be deleted'); END;
CREATE TRIGGER accounting_allocation_immutable BEFORE UPDATE ON accounting_allocation
BEGIN SELECT RAISE(ABORT, 'an allocation cannot be changed'); END;
CREATE TRIGGER accounting_allocation_stays BEFORE DELETE ON accounting_allocation
BEGIN SELECT RAISE(ABORT, 'an allocation cannot be deleted'); END;

CREATE TABLE accounting_outbox (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('reminder')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  invoice_id TEXT NOT NULL REFERENCES accounting_invoice (id),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
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
