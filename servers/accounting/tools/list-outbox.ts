import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { instant } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { businessDay, customerId, invoiceId, outboxStatus, version } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { requireInvoice } from "../store/invoices.ts";
import { listMessages } from "../store/outbox.ts";

/** Pages with texts of up to 20,000 characters hold fewer messages, so that a result stays under 1 MiB. */
const detailedLimit = 10;

export const listOutbox = defineTool({
  name: "list_outbox",
  title: "List the outbox",
  description:
    "List the messages that tools such as send_reminder wrote, newest first. Use it to see whether a message was " +
    "mailed, and the error if not. Returns one page, with detailed the texts too; follow next_cursor for the " +
    "rest.",
  effect: "read",
  input: z.strictObject({
    status: z.array(outboxStatus).min(1).optional().describe("Any of these; leave out for all."),
    invoice_id: invoiceId.optional().describe("Only messages about this invoice."),
    customer_id: customerId.optional().describe("Only messages about invoices of this customer."),
    created_from: businessDay.optional().describe("First day of writing, in UTC."),
    created_to: businessDay.optional().describe("Last day of writing, in UTC, included."),
    response_format: z
      .enum(["concise", "detailed"])
      .default("concise")
      .describe(`detailed adds the text of each message; its pages hold at most ${detailedLimit}.`),
    ...pageInput,
  }),
  output: page(
    z.strictObject({
      message_id: z.string().describe("Id of the message."),
      kind: z.enum(["reminder"]).describe("What the message is."),
      outbox_status: outboxStatus,
      to: mark(z.string(), "personal").describe("Email address."),
      subject: z.string().describe("Subject of the email."),
      body: mark(z.string(), "personal").optional().describe("The text, plain; only in detailed results."),
      invoice_id: invoiceId,
      invoice_number: z.string().describe("Number of the invoice."),
      customer_id: customerId,
      customer_name: z.string().describe("Name of the customer."),
      attempts: z.int().describe("How often mailing was tried."),
      next_attempt_at: instant
        .optional()
        .describe("When a queued message is tried again; absent when it is due."),
      last_error: mark(z.string(), "personal").optional().describe("Why the last try failed."),
      created_at: instant,
      version,
    }),
  ),
  async handler(input, context) {
    requireDaysInOrder(["created_from", input.created_from], ["created_to", input.created_to]);
    if (input.customer_id !== undefined) await requireCustomer(context, input.customer_id);
    if (input.invoice_id !== undefined) await requireInvoice(context, input.invoice_id);
    const detailed = input.response_format === "detailed";
    const { rows, nextCursor } = await listMessages(context, {
      status: input.status,
      invoiceId: input.invoice_id,
      customerId: input.customer_id,
      createdFrom: input.created_from,
      createdTo: input.created_to,
      limit: detailed ? Math.min(input.limit, detailedLimit) : input.limit,
      cursor: input.cursor,
    });
    return {
      items: rows.map((row) => ({
        message_id: row.id,
        kind: row.kind,
        outbox_status: row.status,
        to: row.recipient,
        subject: row.subject,
        ...(detailed && { body: row.body }),
        invoice_id: row.invoice_id,
        invoice_number: row.invoice_number,
        customer_id: row.customer_id,
        customer_name: row.customer_name,
        attempts: row.attempts,
        next_attempt_at: row.status === "queued" ? (row.next_attempt_at ?? undefined) : undefined,
        last_error: row.last_error ?? undefined,
        created_at: row.created_at,
        version: row.version,
      })),
      next_cursor: nextCursor,
    };
  },
});
