import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { money } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { invoiceId, lineOfText, outboxStatus, paragraphs, version } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { daysOverdue, recordReminder, remindersOf, requireNextLevel } from "../store/dunning.ts";
import { requireInvoice } from "../store/invoices.ts";
import { queueMessage } from "../store/outbox.ts";

const reminderLevel = z.int().min(1).max(3);

export const sendReminder = defineTool({
  name: "send_reminder",
  title: "Send a payment reminder",
  description:
    "Remind a customer of one overdue invoice by email. Use it for the invoices that list_invoices shows as " +
    "overdue, with the next_reminder_level given there. The dunning levels of an invoice are sent in their order, " +
    "each once: a second time is refused with duplicate_of, and a level out of turn by the level that comes next. The message is written to the outbox, from which it is mailed " +
    "later; list_outbox shows what became of it. Returns the message's id and address.",
  effect: "send",
  input: z.strictObject({
    invoice_id: invoiceId,
    level: reminderLevel.describe(
      "Dunning level: 1 friendly, 2 firm (from 21 days overdue), 3 last before collection (from 35).",
    ),
    subject: lineOfText(200).describe("Subject of the email, in the customer's language."),
    body: paragraphs(20_000).describe("Text of the email, plain, in the customer's language."),
  }),
  output: z.strictObject({
    message_id: z.string().describe("Id of the message, which list_outbox shows."),
    invoice_id: invoiceId,
    number: z.string().describe("Number of the invoice."),
    level: reminderLevel.describe("Dunning level."),
    to: mark(z.string(), "personal").describe("The customer's email address."),
    outbox_status: outboxStatus,
    version,
  }),
  facts: z.strictObject({
    // it follows the clock, so it alone does not void an approval
    days_overdue: z.int().meta({ description: "0 when the invoice is not overdue.", clock: true }),
    balance: money,
    level: z.int(),
    customer_id: z.string(),
    to: mark(z.string(), "personal")
      .optional()
      .describe("The customer's email address; absent when there is none."),
  }),
  async resource({ invoice_id, level }, context) {
    const invoice = await requireInvoice(context, invoice_id);
    const { email } = await requireCustomer(context, invoice.customer_id);
    return {
      days_overdue: daysOverdue(invoice, context.today),
      balance: { minor: invoice.balance_minor, currency: invoice.currency },
      level,
      customer_id: invoice.customer_id,
      ...(email !== null && { to: email }),
    };
  },
  async handler({ invoice_id, level, subject, body }, context) {
    const invoice = await requireInvoice(context, invoice_id);
    const { number } = invoice;
    const days = daysOverdue(invoice, context.today);
    if (days === 0) {
      throw new RingmainError("STATE_INVALID", `Invoice ${number} is not overdue.`, {
        hint: "list_invoices with status [overdue] shows the invoices to remind of.",
      });
    }
    const reminders = await remindersOf(context, invoice.id);
    requireNextLevel(level, { number, daysOverdue: days, reminders });
    const customer = await requireCustomer(context, invoice.customer_id);
    if (customer.email === null) {
      throw new RingmainError("STATE_INVALID", `Customer ${customer.id} has no email address.`, {
        hint: `Set it with upsert_customer, id "${customer.id}" and email.`,
      });
    }
    const recipient = customer.email;
    const messageId = await queueMessage(context, { recipient, subject, body, invoiceId: invoice.id });
    await recordReminder(context, { invoiceId: invoice.id, level, messageId });
    return {
      message_id: messageId,
      invoice_id: invoice.id,
      number,
      level,
      to: recipient,
      outbox_status: "queued" as const,
      version: 1,
    };
  },
});
