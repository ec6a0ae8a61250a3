import type { AccountingContext } from "./context.ts";
import type { RoundingMode } from "./rounding.ts";
import { baseOfSettlement, type SettledInvoice, settledColumns } from "./settlements.ts";
import type { PaymentRow } from "./tables.ts";

/** Money of a payment on an invoice that is taken back from the invoice. */
export interface TakenBack {
  invoice: SettledInvoice;
  minor: number;
  /** What the invoice owes again in the base currency. */
  baseMinor: number;
}

/** Which invoices give back how much of a payment, the one due last first. */
export async function takeBackFromInvoices(
  context: AccountingContext,
  payment: { paymentId: string; minor: number; mode: RoundingMode },
): Promise<TakenBack[]> {
  if (payment.minor === 0) return [];
  const rows = await held(context)
    .innerJoin("accounting_invoice", "accounting_invoice.id", "settlement.invoice_id")
    .where("settlement.payment_id", "=", payment.paymentId)
    .groupBy("settlement.invoice_id")
    .select(settledColumns)
    .orderBy("accounting_invoice.due_on", "desc")
    .orderBy("accounting_invoice.id", "desc")
    .execute();
  const taken: TakenBack[] = [];
  let left = payment.minor;
  for (const { minor: most, allocated_on: _, ...invoice } of rows) {
    if (left === 0) break;
    const minor = Math.min(left, most);
    taken.push({ invoice, minor, baseMinor: -baseOfSettlement(invoice, -minor, payment.mode) });
    left -= minor;
  }
  return taken;
}

/** Which payments get back how much of what an invoice took of them, the one that came last first. */
export async function giveBackToPayments(
  context: AccountingContext,
  invoice: { invoiceId: string; minor: number },
): Promise<{ payment: PaymentRow; minor: number; allocatedOn: string }[]> {
  if (invoice.minor === 0) return [];
  const rows = await held(context)
    .innerJoin("accounting_payment as payment", "payment.id", "settlement.payment_id")
    .where("settlement.invoice_id", "=", invoice.invoiceId)
    .groupBy("settlement.payment_id")
    .selectAll("payment")
    .orderBy("payment.received_on", "desc")
    .orderBy("payment.id", "desc")
    .execute();
  const given: { payment: PaymentRow; minor: number; allocatedOn: string }[] = [];
  let left = invoice.minor;
  for (const { minor: most, allocated_on: allocatedOn, ...payment } of rows) {
    if (left === 0) break;
    const minor = Math.min(left, most);
    given.push({ payment, minor, allocatedOn });
    left -= minor;
  }
  return given;
}

/** What payments have on invoices, as sums of settlements above zero. */
function held({ db }: AccountingContext) {
  return db
    .selectFrom("accounting_settlement as settlement")
    .select(({ fn }) => [
      fn.sum<number>("settlement.amount_minor").as("minor"),
      fn.max("settlement.settled_on").as("allocated_on"),
    ])
    .having(({ fn }) => fn.sum<number>("settlement.amount_minor"), ">", 0);
}
