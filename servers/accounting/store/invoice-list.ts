import { type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { AccountingContext } from "./context.ts";
import { addDays } from "./days.ts";
import { type InvoiceStatus, type InvoiceWithCustomer, selectInvoices } from "./invoice-view.ts";
import type { AccountingTables, InvoiceState } from "./tables.ts";

export interface InvoiceFilter {
  status?: readonly InvoiceStatus[] | undefined;
  minDaysOverdue?: number | undefined;
  customerId?: string | undefined;
  issuedFrom?: string | undefined;
  issuedTo?: string | undefined;
  order: "due_first" | "newest_first";
  limit: number;
  cursor?: string | undefined;
}

type Where = ExpressionBuilder<
  AccountingTables & { invoice: AccountingTables["accounting_invoice"] },
  "invoice"
>;

/** One page of invoices. The order is part of the cursor's meaning: use a cursor with the order that made it. */
export async function listInvoices(
  context: AccountingContext,
  filter: InvoiceFilter,
): Promise<{ rows: InvoiceWithCustomer[]; nextCursor: string | undefined }> {
  const { today } = context;
  const dueFirst = filter.order === "due_first";
  const day = dueFirst ? "due_on" : "issued_on";
  const direction = dueFirst ? "asc" : "desc";
  let select = selectInvoices(context)
    .orderBy(`invoice.${day}`, direction)
    .orderBy("invoice.id", direction)
    .limit(filter.limit + 1);
  if (filter.status !== undefined) {
    const { status } = filter;
    const states = [...new Set(status.map(storedState))];
    // Paid invoices are most of the table. Together with others they are best read in the order of the list,
    // so the unary plus keeps SQLite from gathering them by state and sorting.
    const state = states.length > 1 && states.includes("paid") ? sql.raw("+") : sql.raw("");
    select = select
      .where(sql<SqlBool>`${state}invoice.state IN (${sql.join(states)})`)
      .where((where) => where.or(status.map((one) => hasStatus(where, one, today))));
  }
  if (filter.minDaysOverdue !== undefined) {
    select = select
      .where("invoice.state", "=", "open")
      .where("invoice.due_on", "<=", addDays(today, -filter.minDaysOverdue));
  }
  if (filter.customerId !== undefined) select = select.where("invoice.customer_id", "=", filter.customerId);
  if (filter.issuedFrom !== undefined) select = select.where("invoice.issued_on", ">=", filter.issuedFrom);
  if (filter.issuedTo !== undefined) select = select.where("invoice.issued_on", "<=", filter.issuedTo);
  if (filter.cursor !== undefined) {
    const [after, id] = decodeCursor(`invoices ${filter.order}`, filter.cursor, 2);
    select = select.where(
      dueFirst
        ? sql<boolean>`(invoice.due_on, invoice.id) > (${after}, ${id})`
        : sql<boolean>`(invoice.issued_on, invoice.id) < (${after}, ${id})`,
    );
  }
  const rows = await select.execute();
  return pageOf(`invoices ${filter.order}`, rows, filter.limit, (row) => [row[day], row.id]);
}

/** The stored state behind a status, so that the index on it serves the list. */
function storedState(status: InvoiceStatus): InvoiceState {
  return status === "overdue" || status === "partly_paid" ? "open" : status;
}

/** The condition of a status; the counterpart of `invoiceStatusOf` in SQL. */
function hasStatus(where: Where, status: InvoiceStatus, today: string) {
  const state = where("invoice.state", "=", storedState(status));
  const notDue = where("invoice.due_on", ">=", today);
  const untouched = sql<SqlBool>`invoice.balance_minor = invoice.total_minor`;
  switch (status) {
    case "overdue":
      return where.and([state, where("invoice.due_on", "<", today)]);
    case "open":
      return where.and([state, notDue, untouched]);
    case "partly_paid":
      return where.and([state, notDue, where.not(untouched)]);
    default:
      return state;
  }
}
