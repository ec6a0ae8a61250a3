import { RingmainError } from "../../../src/core/errors.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { daysBetween } from "./days.ts";
import { duplicate } from "./refusals.ts";
import type { InvoiceRow } from "./tables.ts";

/** From how many days overdue each dunning level after the first may be sent. */
const fromDays: Readonly<Record<number, number>> = { 2: 21, 3: 35 };
const lastLevel = 3;

/**
 * The dunning level to send next: one more than the highest that was sent (0 for none), once the invoice is overdue
 * for long enough. Until then, and after the last level, it stays at the highest that was sent.
 */
export function nextDunningLevel(invoice: { sent: number; daysOverdue: number }): number {
  const { sent, daysOverdue } = invoice;
  const next = sent + 1;
  return next <= lastLevel && daysOverdue >= (fromDays[next] ?? 0) ? next : sent;
}

/** A reminder that was sent, as far as the next one depends on it. */
interface SentReminder {
  level: number;
  sent_on: string;
  message_id: string;
}

/**
 * Refuses a level out of turn. Throws CONFLICT with duplicate_of for one that was sent; STATE_INVALID, naming the last
 * one and the next, for any other that is not the next.
 */
export function requireNextLevel(
  level: number,
  invoice: { number: string; daysOverdue: number; reminders: readonly SentReminder[] },
): void {
  const { number, daysOverdue, reminders } = invoice;
  const last = reminders.reduce<SentReminder | undefined>(
    (highest, one) => (highest !== undefined && highest.level > one.level ? highest : one),
    undefined,
  );
  const remedy = whatComesNext(last?.level ?? 0, daysOverdue);
  const same = reminders.find((reminder) => reminder.level === level);
  if (same !== undefined) {
    const message = `Reminder level ${level} of invoice ${number} was sent already, on ${same.sent_on}.`;
    throw duplicate(message, same.message_id, remedy);
  }
  if (level === nextDunningLevel({ sent: last?.level ?? 0, daysOverdue })) return;
  const before =
    last === undefined
      ? "no reminder was sent yet"
      : `the last one was level ${last.level}, on ${last.sent_on}`;
  throw new RingmainError(
    "STATE_INVALID",
    `Reminder level ${level} of invoice ${number} is out of turn: ${before}.`,
    { hint: remedy },
  );
}

function whatComesNext(sent: number, daysOverdue: number): string {
  const next = sent + 1;
  if (next > lastLevel) return `Level ${lastLevel} is the last one.`;
  const days = fromDays[next] ?? 0;
  const from = daysOverdue < days ? `, from ${days} days overdue on; it is ${daysOverdue} now` : "";
  return `The next level is ${next}${from}.`;
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
