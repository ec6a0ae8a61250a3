import { agedReceivables } from "./tools/aged-receivables.ts";
import { allocatePayment } from "./tools/allocate-payment.ts";
import { closePeriod } from "./tools/close-period.ts";
import { createCreditNote } from "./tools/create-credit-note.ts";
import { createInvoiceDraft } from "./tools/create-invoice-draft.ts";
import { getInvoice } from "./tools/get-invoice.ts";
import { getSettings } from "./tools/get-settings.ts";
import { importInvoice } from "./tools/import-invoice.ts";
import { listAccounts } from "./tools/list-accounts.ts";
import { listExchangeRates } from "./tools/list-exchange-rates.ts";
import { listInvoices } from "./tools/list-invoices.ts";
import { listOutbox } from "./tools/list-outbox.ts";
import { listPayments } from "./tools/list-payments.ts";
import { listPeriods } from "./tools/list-periods.ts";
import { listTaxCodes } from "./tools/list-tax-codes.ts";
import { postInvoice } from "./tools/post-invoice.ts";
import { postJournal } from "./tools/post-journal.ts";
import { recordPayment } from "./tools/record-payment.ts";
import { refundPayment } from "./tools/refund-payment.ts";
import { report } from "./tools/report.ts";
import { reverseEntry } from "./tools/reverse-entry.ts";
import { searchCustomers } from "./tools/search-customers.ts";
import { sendReminder } from "./tools/send-reminder.ts";
import { setExchangeRate } from "./tools/set-exchange-rate.ts";
import { updateInvoiceDraft } from "./tools/update-invoice-draft.ts";
import { updateSettings } from "./tools/update-settings.ts";
import { upsertAccount } from "./tools/upsert-account.ts";
import { upsertCustomer } from "./tools/upsert-customer.ts";
import { upsertTaxCode } from "./tools/upsert-tax-code.ts";
import { voidInvoiceDraft } from "./tools/void-invoice-draft.ts";
import { writeOff } from "./tools/write-off.ts";

/** Every tool of this server, in the order in which clients see them. */
export const tools = [
  listInvoices,
  getInvoice,
  searchCustomers,
  upsertCustomer,
  createInvoiceDraft,
  updateInvoiceDraft,
  voidInvoiceDraft,
  postInvoice,
  importInvoice,
  createCreditNote,
  writeOff,
  listPayments,
  recordPayment,
  allocatePayment,
  refundPayment,
  sendReminder,
  listOutbox,
  agedReceivables,
  report,
  postJournal,
  reverseEntry,
  listPeriods,
  closePeriod,
  listAccounts,
  upsertAccount,
  listTaxCodes,
  upsertTaxCode,
  listExchangeRates,
  setExchangeRate,
  getSettings,
  updateSettings,
];
