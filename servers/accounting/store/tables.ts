/** The tables of this server, for Kysely. Instants and days are text, amounts whole minor units. */
export interface AccountingTables {
  accounting_setting: SettingRow;
  accounting_series: { id: string; last_number: number };
  accounting_account: AccountRow;
  accounting_tax_code: Stamped & { id: string; name: string; rate: string };
  accounting_customer: CustomerRow;
  accounting_entry: EntryRow;
  accounting_posting: PostingRow;
  accounting_invoice: InvoiceRow;
  accounting_invoice_line: InvoiceLineRow;
  accounting_payment: PaymentRow;
  accounting_refund: RefundRow;
  accounting_allocation: AllocationRow;
  accounting_outbox: OutboxRow;
  accounting_reminder: ReminderRow;
}

/** What every record has. The version counts its changes, from 1. */
export interface Stamped {
  version: number;
  created_at: string;
  updated_at: string;
}

interface SettingRow extends Stamped {
  id: string;
  value: string;
}

export type AccountType = "asset" | "liability" | "equity" | "income" | "expense";

interface AccountRow extends Stamped {
  /** The account code of the chart, e.g. 1100. */
  id: string;
  name: string;
  type: AccountType;
}

export interface CustomerRow extends Stamped {
  id: string;
  external_id: string | null;
  crm_company_id: string | null;
  name: string;
  contact_name: string | null;
  email: string | null;
  phone: string | null;
  language: string;
  currency: string;
  payment_terms_days: number;
  street: string | null;
  city: string | null;
  region: string | null;
  postal_code: string | null;
  country: string | null;
}

export type EntryKind = "invoice" | "payment" | "allocation" | "refund";

interface EntryRow extends Stamped {
  id: string;
  number: number;
  entry_on: string;
  kind: EntryKind;
  /** The id of the invoice, payment or refund behind the entry. */
  source_id: string;
  memo: string;
  posted: number;
}

interface PostingRow {
  entry_id: string;
  line: number;
  account_id: string;
  currency: string;
  /** Positive is a debit, negative a credit. */
  amount_minor: number;
  entry_on: string;
}

/** `open` is posted with a balance, `paid` posted without one; `overdue` follows from the day and is not stored. */
export type InvoiceState = "draft" | "open" | "paid" | "void";

export interface InvoiceRow extends Stamped {
  id: string;
  /** INV-2026-0042 once posted, DRAFT-0007 before, IMP-2025-0001 when imported. */
  number: string;
  draft_number: string | null;
  state: InvoiceState;
  customer_id: string;
  currency: string;
  reference: string;
  external_id: string | null;
  issued_on: string;
  due_on: string;
  due_in_days: number;
  total_minor: number;
  balance_minor: number;
  entry_id: string | null;
  posted_at: string | null;
}

export interface InvoiceLineRow {
  invoice_id: string;
  line: number;
  sku: string | null;
  description: string;
  quantity: number;
  unit_price_minor: number;
  /** Decimal text without trailing zeros, "0" to "1". */
  discount_rate: string;
  tax_code: string;
  net_minor: number;
}

export interface PaymentRow extends Stamped {
  id: string;
  customer_id: string;
  currency: string;
  amount_minor: number;
  allocated_minor: number;
  refunded_minor: number;
  received_on: string;
  bank_reference: string;
  entry_id: string;
}

interface RefundRow extends Stamped {
  id: string;
  payment_id: string;
  amount_minor: number;
  refunded_on: string;
  reason: string;
  entry_id: string;
}

interface AllocationRow extends Stamped {
  id: string;
  payment_id: string;
  invoice_id: string;
  refund_id: string | null;
  /** Negative when a refund took the money back from the invoice. */
  amount_minor: number;
  allocated_on: string;
  entry_id: string;
}

export type OutboxStatus = "queued" | "sent" | "failed";

export interface OutboxRow extends Stamped {
  id: string;
  kind: "reminder";
  status: OutboxStatus;
  recipient: string;
  subject: string;
  body: string;
  invoice_id: string;
  attempts: number;
  last_error: string | null;
}

interface ReminderRow extends Stamped {
  id: string;
  invoice_id: string;
  level: number;
  message_id: string;
  sent_on: string;
}
