import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { businessDay, customerId, invoiceStatus, invoiceSummary } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { listInvoices as listPage } from "../store/invoice-list.ts";
import { summaryOf } from "../store/invoice-view.ts";

export const listInvoices = defineTool({
  name: "list_invoices",
  title: "List invoices",
  description:
    "List invoices by status, days overdue, customer and invoice day. Use it to see what is owed, what is late " +
    "and what is still a draft; everything unpaid is status [open, partly_paid, overdue]. Returns one page of " +
    "summaries with balances in minor units; use get_invoice for lines and payments.",
  effect: "read",
  input: z.strictObject({
    status: z.array(invoiceStatus).min(1).optional().describe("Any of these; leave out for all."),
    min_days_overdue: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe("Only overdue invoices, at least this many days past their due day."),
    customer_id: customerId.optional(),
    issued_from: businessDay.optional().describe("Invoice day, first day included."),
    issued_to: businessDay.optional().describe("Invoice day, last day included."),
    order: z
      .enum(["due_first", "newest_first"])
      .default("due_first")
      .describe("due_first: by due day, earliest first. newest_first: by invoice day, latest first."),
    ...pageInput,
  }),
  output: page(invoiceSummary),
  async handler(input, context) {
    requireDaysInOrder(["issued_from", input.issued_from], ["issued_to", input.issued_to]);
    if (input.customer_id !== undefined) await requireCustomer(context, input.customer_id);
    const { rows, nextCursor } = await listPage(context, {
      status: input.status,
      minDaysOverdue: input.min_days_overdue,
      customerId: input.customer_id,
      issuedFrom: input.issued_from,
      issuedTo: input.issued_to,
      order: input.order,
      limit: input.limit,
      cursor: input.cursor,
    });
    return { items: rows.map((row) => summaryOf(row, context.today)), next_cursor: nextCursor };
  },
});
