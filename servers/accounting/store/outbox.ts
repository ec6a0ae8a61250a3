import { sql } from "kysely";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { addDays } from "./days.ts";
import type { OutboxStatus } from "./tables.ts";

/** Writes a message in the transaction of the call; nothing is mailed here. Returns its id. */
export async function queueMessage(
  context: AccountingContext,
  message: { recipient: string; subject: string; body: string; invoiceId: string },
): Promise<string> {
  const id = context.newId("msg");
  await context.db
    .insertInto("accounting_outbox")
    .values({
      id,
      kind: "reminder",
      status: "queued",
      recipient: message.recipient,
      subject: message.subject,
      body: message.body,
      invoice_id: message.invoiceId,
      attempts: 0,
      next_attempt_at: null,
      last_error: null,
      ...firstVersion(context),
    })
    .execute();
  context.changed("accounting_outbox", id, 1);
  return id;
}

/** One page of messages, newest first. */
export async function listMessages(
  { db }: AccountingContext,
  input: {
    status?: readonly OutboxStatus[] | undefined;
    invoiceId?: string | undefined;
    customerId?: string | undefined;
    /** The first and the last day of writing, in UTC. */
    createdFrom?: string | undefined;
    createdTo?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
) {
  let select = db
    .selectFrom("accounting_outbox as message")
    .innerJoin("accounting_invoice as invoice", "invoice.id", "message.invoice_id")
    .innerJoin("accounting_customer as customer", "customer.id", "invoice.customer_id")
    .selectAll("message")
    .select([
      "invoice.number as invoice_number",
      "customer.id as customer_id",
      "customer.name as customer_name",
    ])
    .orderBy("message.created_at", "desc")
    .orderBy("message.id", "desc")
    .limit(input.limit + 1);
  if (input.status !== undefined) select = select.where("message.status", "in", input.status);
  if (input.invoiceId !== undefined) select = select.where("message.invoice_id", "=", input.invoiceId);
  if (input.customerId !== undefined) select = select.where("customer.id", "=", input.customerId);
  if (input.createdFrom !== undefined) select = select.where("message.created_at", ">=", input.createdFrom);
  if (input.createdTo !== undefined) {
    select = select.where("message.created_at", "<", addDays(input.createdTo, 1));
  }
  if (input.cursor !== undefined) {
    const [createdAt, id] = decodeCursor("accounting outbox", input.cursor, 2);
    select = select.where(sql<boolean>`(message.created_at, message.id) < (${createdAt}, ${id})`);
  }
  const rows = await select.execute();
  return pageOf("accounting outbox", rows, input.limit, (row) => [row.created_at, row.id]);
}
