import { RingmainError } from "../../../src/core/errors.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { addDays } from "./days.ts";
import type { PricedLines } from "./invoice-lines.ts";
import { account, postEntry } from "./ledger.ts";
import type { InvoiceRow, InvoiceState } from "./tables.ts";

/** Reads an invoice by id. Throws NOT_FOUND. */
export async function requireInvoice({ db }: AccountingContext, id: string): Promise<InvoiceRow> {
  const row = await db.selectFrom("accounting_invoice").selectAll().where("id", "=", id).executeTakeFirst();
  return row ?? refuseUnknownInvoice(id);
}

/** Reads an invoice by its number; the number it had as a draft leads to it too. Throws NOT_FOUND. */
export async function requireInvoiceByNumber({ db }: AccountingContext, number: string): Promise<InvoiceRow> {
  const row = await db
    .selectFrom("accounting_invoice")
    .selectAll()
    .where((where) => where.or([where("number", "=", number), where("draft_number", "=", number)]))
    .executeTakeFirst();
  return row ?? refuseUnknownInvoice(number);
}

function refuseUnknownInvoice(key: string): never {
  throw new RingmainError("NOT_FOUND", `There is no invoice "${key}".`, {
    hint: "Find ids and numbers with list_invoices.",
  });
}

export interface NewInvoice extends PricedLines {
  number: string;
  /** The same as `number` for an invoice that begins as a draft; null for an imported one. */
  draftNumber: string | null;
  customerId: string;
  reference: string;
  externalId: string | null;
  issuedOn: string;
  dueInDays: number;
}

/** Writes an invoice with its lines, as a draft. Returns its id. */
export async function insertDraft(context: AccountingContext, invoice: NewInvoice): Promise<string> {
  const { db, newId, changed } = context;
  const id = newId("inv");
  await db
    .insertInto("accounting_invoice")
    .values({
      id,
      number: invoice.number,
      draft_number: invoice.draftNumber,
      state: "draft",
      customer_id: invoice.customerId,
      currency: invoice.currency,
      reference: invoice.reference,
      external_id: invoice.externalId,
      issued_on: invoice.issuedOn,
      due_on: addDays(invoice.issuedOn, invoice.dueInDays),
      due_in_days: invoice.dueInDays,
      total_minor: invoice.totalMinor,
      balance_minor: 0,
      entry_id: null,
      posted_at: null,
      ...firstVersion(context),
    })
    .execute();
  await db
    .insertInto("accounting_invoice_line")
    .values(invoice.lines.map((line) => ({ ...line, invoice_id: id })))
    .execute();
  changed("accounting_invoice", id, 1);
  return id;
}

/**
 * Posts a draft: its number, days and amounts are final, and the ledger gets its entry (debit receivables,
 * credit sales) on the invoice day. Throws STATE_INVALID for an invoice of zero, which there is nothing to post of.
 */
export async function postDraft(
  context: AccountingContext,
  invoice: {
    id: string;
    number: string;
    issuedOn: string;
    dueOn: string;
    currency: string;
    totalMinor: number;
    version: number;
  },
): Promise<void> {
  const { id, number, issuedOn, dueOn, currency, totalMinor, version } = invoice;
  if (totalMinor === 0) {
    throw new RingmainError("STATE_INVALID", "The total is zero, so there is nothing to post.", {
      hint: "Give a line a quantity and a price above zero.",
    });
  }
  const entry = await postEntry(context, {
    kind: "invoice",
    entryOn: issuedOn,
    sourceId: id,
    memo: `Invoice ${number}`,
    postings: [
      { account: account.receivables, currency, minor: totalMinor },
      { account: account.sales, currency, minor: -totalMinor },
    ],
  });
  const posted: InvoiceState = "open";
  await context.db
    .updateTable("accounting_invoice")
    .set({
      number,
      state: posted,
      issued_on: issuedOn,
      due_on: dueOn,
      balance_minor: totalMinor,
      entry_id: entry,
      posted_at: context.at,
      version,
      updated_at: context.at,
    })
    .where("id", "=", id)
    .execute();
  context.changed("accounting_invoice", id, version);
}

/**
 * Lowers what is left to pay of a posted invoice by an amount (raises it, when negative). Returns the balance.
 * The caller has checked that the amount fits; a CHECK of the table refuses it otherwise.
 */
export async function lowerBalance(context: AccountingContext, id: string, minor: number): Promise<number> {
  const row = await context.db
    .updateTable("accounting_invoice")
    .set((set) => ({
      balance_minor: set("balance_minor", "-", minor),
      state: set
        .case()
        .when("balance_minor", "=", minor)
        .then<InvoiceState>("paid")
        .else<InvoiceState>("open")
        .end(),
      version: set("version", "+", 1),
      updated_at: context.at,
    }))
    .where("id", "=", id)
    .returning(["balance_minor", "version"])
    .executeTakeFirstOrThrow();
  context.changed("accounting_invoice", id, row.version);
  return row.balance_minor;
}
