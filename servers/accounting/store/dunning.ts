import { type AccountingContext, firstVersion } from "./context.ts";
import { daysBetween } from "./days.ts";
import type { InvoiceRow } from "./tables.ts";

/** From how many days overdue each further dunning level is called for. */
const levelFromDays = { second: 21, third: 35 };

/** The dunning level that a number of days overdue calls for: 1, from 21 days 2, from 35 days 3. */
export function dunningLevel(daysOverdue: number): number {
  if (daysOverdue >= levelFromDays.third) return 3;
  return daysOverdue >= levelFromDays.second ? 2 : 1;
}

/** Whole days past the due day of an invoice that is owed; 0 for any other. */
export function daysOverdue(invoice: Pick<InvoiceRow, "state" | "due_on">, today: string): number {
  return invoice.state === "open" ? Math.max(0, daysBetween(invoice.due_on, today)) : 0;
}

/** The reminders that were sent of an invoice, by level. */
export async function remindersOf({ db }: AccountingContext, invoiceId: string) {
  return await db
    .selectFrom("accounting_reminder as reminder")
    .innerJoin("accounting_outbox as message", "message.id", "reminder.message_id")
    .select(["reminder.level", "reminder.sent_on", "reminder.message_id", "message.status as outbox_status"])
    .where("reminder.invoice_id", "=", invoiceId)
    .orderBy("reminder.level")
    .execute();
}

/** Remembers that a level was sent. The pair of invoice and level is unique. */
export async function recordReminder(
  context: AccountingContext,
  reminder: { invoiceId: string; level: number; messageId: string },
): Promise<void> {
  const id = context.newId("rem");
  await context.db
    .insertInto("accounting_reminder")
    .values({
      id,
      invoice_id: reminder.invoiceId,
      level: reminder.level,
      message_id: reminder.messageId,
      sent_on: context.today,
      ...firstVersion(context),
    })
    .execute();
  context.changed("accounting_reminder", id, 1);
}
