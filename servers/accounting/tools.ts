import { agedReceivables } from "./tools/aged-receivables.ts";
import { createInvoiceDraft } from "./tools/create-invoice-draft.ts";
import { getInvoice } from "./tools/get-invoice.ts";
import { importInvoice } from "./tools/import-invoice.ts";
import { listInvoices } from "./tools/list-invoices.ts";
import { listOutbox } from "./tools/list-outbox.ts";
import { postInvoice } from "./tools/post-invoice.ts";
import { recordPayment } from "./tools/record-payment.ts";
import { refundPayment } from "./tools/refund-payment.ts";
import { searchCustomers } from "./tools/search-customers.ts";
import { sendReminder } from "./tools/send-reminder.ts";
import { trialBalance } from "./tools/trial-balance.ts";
import { upsertCustomer } from "./tools/upsert-customer.ts";

/** Every tool of this server, in the order in which clients see them. */
export const tools = [
  listInvoices,
  getInvoice,
  searchCustomers,
  upsertCustomer,
  createInvoiceDraft,
  postInvoice,
  importInvoice,
  recordPayment,
  refundPayment,
  sendReminder,
  agedReceivables,
  trialBalance,
  listOutbox,
];
