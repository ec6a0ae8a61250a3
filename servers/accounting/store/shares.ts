import { sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import type { AccountingContext } from "./context.ts";
import type { Share } from "./payments.ts";
import { settledColumns } from "./settlements.ts";

/** Money to divide among the open invoices of one customer. */
interface Purse {
  customerId: string;
  currency: string;
  minor: number;
  /** The day by which an invoice must owe, so that no allocation lies in the future. */
  day: string;
}

const batch = 100;

/** Divides a payment among the customer's open invoices in its currency, the one due first being paid first. */
export async function shareOldestFirst({ db }: AccountingContext, purse: Purse): Promise<Share[]> {
  const shares: Share[] = [];
  let left = purse.minor;
  let after: { due_on: string; id: string } | undefined;
  while (left > 0) {
    let select = db
      .selectFrom("accounting_invoice")
      .select(settledColumns)
      .where("customer_id", "=", purse.customerId)
      .where("state", "=", "open")
      .where("currency", "=", purse.currency)
      .where("settleable_on", "<=", purse.day)
      .orderBy("due_on")
      .orderBy("id")
      .limit(batch);
    if (after !== undefined)
      select = select.where(sql<boolean>`(due_on, id) > (${after.due_on}, ${after.id})`);
    const invoices = await select.execute();
    for (const invoice of invoices) {
      const minor = Math.min(left, invoice.balance_minor);
      if (minor > 0) shares.push({ invoice, minor });
      left -= minor;
    }
    after = invoices.at(-1);
    if (invoices.length < batch) break;
  }
  return shares;
}

/**
 * Checks the division that the caller asks for. Throws NOT_FOUND for an unknown invoice, INPUT_INVALID for one
 * named twice, of another customer or in another currency, or for more than was paid, and STATE_INVALID for
 * more than an invoice still owes and for one that owes only from a later day on.
 */
export async function shareAsAsked(
  { db }: AccountingContext,
  purse: Purse,
  asked: readonly { invoiceId: string; minor: number; currency: string }[],
): Promise<Share[]> {
  const total = asked.reduce((sum, { minor }) => sum + minor, 0);
  if (total > purse.minor) {
    refuse(`The allocations add up to ${total} minor units, the payment to ${purse.minor}.`);
  }
  const rows = await db
    .selectFrom("accounting_invoice")
    .select(settledColumns)
    .where(
      "id",
      "in",
      asked.map(({ invoiceId }) => invoiceId),
    )
    .execute();
  const invoices = new Map(rows.map((row) => [row.id, row]));
  const seen = new Set<string>();
  return asked.map(({ invoiceId, minor, currency }) => {
    const invoice = invoices.get(invoiceId);
    if (invoice === undefined) {
      throw new RingmainError("NOT_FOUND", `There is no invoice "${invoiceId}".`, {
        hint: "Find the ids of the open invoices with list_invoices and customer_id.",
      });
    }
    if (seen.has(invoiceId)) refuse(`Invoice ${invoice.number} is named twice.`);
    seen.add(invoiceId);
    if (invoice.customer_id !== purse.customerId) {
      refuse(`Invoice ${invoice.number} is of another customer, ${invoice.customer_id}.`);
    }
    const other = [currency, invoice.currency].find((code) => code !== purse.currency);
    if (other !== undefined) {
      refuse(`The share of invoice ${invoice.number} is in ${other}, the payment in ${purse.currency}.`);
    }
    if (minor > invoice.balance_minor) {
      throw new RingmainError(
        "STATE_INVALID",
        `Invoice ${invoice.number} owes ${invoice.balance_minor} minor units, less than the ${minor} allocated.`,
        { hint: "Allocate at most the balance that get_invoice shows; the rest stays unallocated." },
      );
    }
    if (invoice.settleable_on > purse.day) {
      throw new RingmainError(
        "STATE_INVALID",
        `Invoice ${invoice.number} owes from ${invoice.settleable_on} on, which is in the future.`,
        { hint: "Keep the money unallocated; from that day on allocate_payment gives it to the invoice." },
      );
    }
    return { invoice, minor };
  });
}

function refuse(message: string): never {
  throw new RingmainError("INPUT_INVALID", message, {
    hint: "Leave allocations empty to pay the invoices that are due first.",
  });
}
