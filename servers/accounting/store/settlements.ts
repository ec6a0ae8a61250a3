import { baseOfPart } from "./base-amounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { latestDay } from "./days.ts";
import type { RoundingMode } from "./rounding.ts";
import type { InvoiceRow, InvoiceState, SettlementKind } from "./tables.ts";

/** What settling an invoice needs to know of it. */
export type SettledInvoice = Pick<
  InvoiceRow,
  | "id"
  | "number"
  | "customer_id"
  | "currency"
  | "issued_on"
  | "due_on"
  | "settleable_on"
  | "total_minor"
  | "balance_minor"
  | "base_total_minor"
  | "base_balance_minor"
>;

/** The columns of a SettledInvoice, for queries. */
export const settledColumns = [
  "accounting_invoice.id",
  "accounting_invoice.number",
  "accounting_invoice.customer_id",
  "accounting_invoice.currency",
  "accounting_invoice.issued_on",
  "accounting_invoice.due_on",
  "accounting_invoice.settleable_on",
  "accounting_invoice.total_minor",
  "accounting_invoice.balance_minor",
  "accounting_invoice.base_total_minor",
  "accounting_invoice.base_balance_minor",
] as const;

/**
 * What lowering the balance of an invoice (raising it, when negative) moves in the base currency, at the rate the
 * invoice was posted with. A balance of zero stands at exactly zero in the base currency too.
 */
export function baseOfSettlement(invoice: SettledInvoice, minor: number, mode: RoundingMode): number {
  const whole = { minor: invoice.total_minor, baseMinor: invoice.base_total_minor };
  const change = invoice.base_balance_minor - baseOfPart(whole, invoice.balance_minor - minor, mode);
  return minor > 0 ? Math.max(0, change) : Math.min(0, change);
}

/** The invoice as it stands after a settlement, to work out the next one before anything is written. */
export function afterSettlement(invoice: SettledInvoice, minor: number, baseMinor: number): SettledInvoice {
  return {
    ...invoice,
    balance_minor: invoice.balance_minor - minor,
    base_balance_minor: invoice.base_balance_minor - baseMinor,
  };
}

/**
 * Writes down what settled an invoice, and changes its balance by it. Returns the balance. The caller has posted
 * the entry and checked that the amount fits; a CHECK of the table refuses it otherwise.
 */
export async function settle(
  context: AccountingContext,
  settlement: {
    invoice: SettledInvoice;
    kind: SettlementKind;
    paymentId: string | null;
    sourceId: string;
    /** Positive lowers the balance, negative raises it. */
    minor: number;
    baseMinor: number;
    settledOn: string;
    entryId: string;
  },
): Promise<number> {
  const { invoice, minor, baseMinor } = settlement;
  const id = context.newId("stl");
  await context.db
    .insertInto("accounting_settlement")
    .values({
      id,
      invoice_id: invoice.id,
      kind: settlement.kind,
      payment_id: settlement.paymentId,
      source_id: settlement.sourceId,
      amount_minor: minor,
      base_minor: baseMinor,
      settled_on: settlement.settledOn,
      entry_id: settlement.entryId,
      customer_id: invoice.customer_id,
      currency: invoice.currency,
      issued_on: invoice.issued_on,
      due_on: invoice.due_on,
      ...firstVersion(context),
    })
    .execute();
  context.changed("accounting_settlement", id, 1);
  return await lowerBalance(context, settlement);
}

async function lowerBalance(
  context: AccountingContext,
  settlement: { invoice: SettledInvoice; minor: number; baseMinor: number; settledOn: string },
): Promise<number> {
  const { minor, baseMinor, settledOn } = settlement;
  const { id, settleable_on } = settlement.invoice;
  const row = await context.db
    .updateTable("accounting_invoice")
    .set((set) => ({
      balance_minor: set("balance_minor", "-", minor),
      base_balance_minor: set("base_balance_minor", "-", baseMinor),
      state: set
        .case()
        .when("balance_minor", "=", minor)
        .then<InvoiceState>("paid")
        .else<InvoiceState>("open")
        .end(),
      settleable_on: minor < 0 ? latestDay(settleable_on, settledOn) : settleable_on,
      version: set("version", "+", 1),
      updated_at: context.at,
    }))
    .where("id", "=", id)
    .returning(["balance_minor", "version"])
    .executeTakeFirstOrThrow();
  context.changed("accounting_invoice", id, row.version);
  return row.balance_minor;
}

/** What settled an invoice so far, in the order of the days, with the bank references of payments. */
export async function settlementsOf({ db }: AccountingContext, invoiceId: string) {
  return await db
    .selectFrom("accounting_settlement as settlement")
    .leftJoin("accounting_payment as payment", "payment.id", "settlement.payment_id")
    .select([
      "settlement.kind",
      "settlement.payment_id",
      "settlement.source_id",
      "settlement.settled_on",
      "settlement.amount_minor",
      "payment.bank_reference",
    ])
    .where("settlement.invoice_id", "=", invoiceId)
    .orderBy("settlement.settled_on")
    .orderBy("settlement.id")
    .execute();
}
