import type { RoundingMode } from "./rounding.ts";

/** The tables of this server, for Kysely. Instants and days are text, amounts whole minor units. */
export interface AccountingTables {
  accounting_setting: SettingRow;
  accounting_exchange_rate: ExchangeRateRow;
  accounting_period: Stamped & { id: string; closed_at: string };
  accounting_series: { id: string; last_number: number };
  accounting_account: AccountRow;
  accounting_tax_code: TaxCodeRow;
  accounting_customer: CustomerRow;
  accounting_entry: EntryRow;
  accounting_posting: PostingRow;
  accounting_month_total: MonthTotalRow;
  accounting_invoice: InvoiceRow;
  accounting_invoice_line: InvoiceLineRow;
  accounting_payment: PaymentRow;
  accounting_refund: RefundRow;
  accounting_credit_note: CreditNoteRow;
  accounting_credit_note_line: CreditNoteLineRow;
  accounting_write_off: WriteOffRow;
  accounting_settlement: SettlementRow;
  accounting_outbox: OutboxRow;
  accounting_reminder: ReminderRow;
}

/** What every record has. The version counts its changes, from 1. */
export interface Stamped {
  version: number;
  created_at: string;
  updated_at: string;
}

export interface SettingRow extends Stamped {
  id: "books";
  /** Null until it is set, by hand or by the first posting. */
  base_currency: string | null;
  rounding: RoundingMode;
}

export interface ExchangeRateRow extends Stamped {
  id: string;
  base_currency: string;
  currency: string;
  rate_on: string;
  /** Decimal text: how much of the base currency one unit is worth. */
  rate: string;
}

export interface TaxCodeRow extends Stamped {
  id: string;
  name: string;
  /** Decimal text: "0.19" is 19 %. */
  rate: string;
  account_id: string;
}

export type AccountType = "asset" | "liability" | "equity" | "income" | "expense";

export interface AccountRow extends Stamped {
  /** The account code of the chart, e.g. 1100. */
  id: string;
  name: string;
  type: AccountType;
  /** 1: posted to by invoices and payments only. */
  control: number;
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

export const entryKinds = [
  "invoice",
  "payment",
  "allocation",
  "refund",
  "credit_note",
  "write_off",
  "journal",
  "reversal",
] as const;
export type EntryKind = (typeof entryKinds)[number];

export interface EntryRow extends Stamped {
  id: string;
  number: number;
  entry_on: string;
  kind: EntryKind;
  /** The id of the record behind the entry; of a journal entry its own. */
  source_id: string;
  memo: string;
  reverses_id: string | null;
  posted: number;
}

export interface PostingRow {
  entry_id: string;
  line: number;
  account_id: string;
  currency: string;
  /** Positive is a debit, negative a credit. */
  amount_minor: number;
  /** The same in the base currency. */
  base_minor: number;
  entry_on: string;
}

interface MonthTotalRow {
  account_id: string;
  currency: string;
  /** YYYY-MM */
  month: string;
  amount_minor: number;
  base_minor: number;
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
  /** The first day on which something may settle it: issued_on, or the last day on which it came to owe again. */
  settleable_on: string;
  prices_include_tax: number;
  net_minor: number;
  tax_minor: number;
  total_minor: number;
  balance_minor: number;
  /** Null in a draft. */
  exchange_rate: string | null;
  base_total_minor: number;
  base_balance_minor: number;
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
  /** The income account. */
  account_id: string;
  tax_code: string;
  /** The rate of the tax code when the line was priced. */
  tax_rate: string;
  net_minor: number;
  tax_minor: number;
}

export interface PaymentRow extends Stamped {
  id: string;
  customer_id: string;
  currency: string;
  amount_minor: number;
  allocated_minor: number;
  refunded_minor: number;
  exchange_rate: string;
  base_minor: number;
  /** What the unallocated rest stands at in the prepayments account, in the base currency. */
  base_unallocated_minor: number;
  /** The bank account. */
  account_id: string;
  received_on: string;
  bank_reference: string;
  entry_id: string;
}

interface RefundRow extends Stamped {
  id: string;
  payment_id: string;
  amount_minor: number;
  exchange_rate: string;
  base_minor: number;
  refunded_on: string;
  reason: string;
  entry_id: string;
}

export interface CreditNoteRow extends Stamped {
  id: string;
  number: string;
  invoice_id: string;
  net_minor: number;
  tax_minor: number;
  total_minor: number;
  issued_on: string;
  reason: string;
  entry_id: string;
}

interface CreditNoteLineRow {
  credit_note_id: string;
  line: number;
  invoice_id: string;
  net_minor: number;
  tax_minor: number;
}

export interface WriteOffRow extends Stamped {
  id: string;
  invoice_id: string;
  amount_minor: number;
  base_minor: number;
  written_off_on: string;
  reason: string;
  entry_id: string;
}

export type SettlementKind = "payment" | "refund" | "release" | "credit_note" | "write_off" | "recovery";

interface SettlementRow extends Stamped {
  id: string;
  invoice_id: string;
  kind: SettlementKind;
  payment_id: string | null;
  /** The payment, refund, credit note or write-off behind it. */
  source_id: string;
  /** Positive lowers the balance of the invoice, negative raises it. */
  amount_minor: number;
  base_minor: number;
  settled_on: string;
  entry_id: string;
  customer_id: string;
  currency: string;
  issued_on: string;
  due_on: string;
}

export type OutboxStatus = "queued" | "sending" | "sent" | "failed" | "unknown";

export interface OutboxRow extends Stamped {
  id: string;
  kind: "reminder";
  status: OutboxStatus;
  recipient: string;
  subject: string;
  body: string;
  invoice_id: string;
  attempts: number;
  /** When it is tried (again); while it is being sent, until when it is its sender's. */
  next_attempt_at: string | null;
  last_error: string | null;
}

interface ReminderRow extends Stamped {
  id: string;
  invoice_id: string;
  level: number;
  message_id: string;
  sent_on: string;
}
