import { RingmainError } from "../../../src/core/errors.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { addDays } from "./days.ts";
import type { PricedLines } from "./invoice-lines.ts";
import { duplicate } from "./refusals.ts";
import type { InvoiceRow } from "./tables.ts";

/** Reads an invoice by id. Throws NOT_FOUND. */
export async function requireInvoice({ db }: AccountingContext, id: string): Promise<InvoiceRow> {
  const row = await db.selectFrom("accounting_invoice").selectAll().where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  const isNumber = /^(INV|DRAFT|IMP)-/.test(id);
  return refuseUnknownInvoice(
    id,
    isNumber ? "This is a number: get_invoice with number shows the id." : undefined,
  );
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

function refuseUnknownInvoice(key: string, hint = "Find ids and numbers with list_invoices."): never {
  throw new RingmainError("NOT_FOUND", `There is no invoice "${key}".`, { hint });
}

/** Reads a draft. Throws NOT_FOUND; STATE_INVALID for an invoice that is no draft any more. */
export async function requireDraft(context: AccountingContext, id: string): Promise<InvoiceRow> {
  const invoice = await requireInvoice(context, id);
  if (invoice.state === "draft") return invoice;
  const what = invoice.state === "void" ? "void" : "posted already";
  throw new RingmainError("STATE_INVALID", `Invoice ${invoice.number} is ${what}.`, {
    hint: "list_invoices with status [draft] shows the drafts; a posted invoice is corrected by create_credit_note.",
  });
}

/** Reads an invoice that was posted. Throws NOT_FOUND; STATE_INVALID for a draft. */
export async function requirePosted(context: AccountingContext, id: string): Promise<InvoiceRow> {
  const invoice = await requireInvoice(context, id);
  if (invoice.entry_id !== null) return invoice;
  throw new RingmainError(
    "STATE_INVALID",
    `Invoice ${invoice.number} is ${invoice.state}, so it owes nothing.`,
    {
      hint: "Change a draft with update_invoice_draft, or post it with post_invoice.",
    },
  );
}

/** Refuses a second invoice of a customer with the same reference, currency and total. Throws CONFLICT. */
export async function refuseSameInvoice(
  { db }: AccountingContext,
  invoice: { customerId: string; reference: string; currency: string; totalMinor: number },
): Promise<void> {
  const same = await db
    .selectFrom("accounting_invoice")
    .select(["id", "number"])
    .where("customer_id", "=", invoice.customerId)
    .where("reference", "=", invoice.reference)
    .where("currency", "=", invoice.currency)
    .where("total_minor", "=", invoice.totalMinor)
    .where("state", "<>", "void")
    .limit(1)
    .executeTakeFirst();
  if (same === undefined) return;
  throw duplicate(
    `Invoice ${same.number} has the same customer, reference and total.`,
    same.id,
    "Use it, or pass allow_duplicate true if the customer is to pay twice.",
  );
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
      reference: invoice.reference,
      external_id: invoice.externalId,
      issued_on: invoice.issuedOn,
      due_on: addDays(invoice.issuedOn, invoice.dueInDays),
      due_in_days: invoice.dueInDays,
      settleable_on: invoice.issuedOn,
      ...amountsOf(invoice),
      balance_minor: 0,
      exchange_rate: null,
      base_total_minor: 0,
      base_balance_minor: 0,
      entry_id: null,
      posted_at: null,
      ...firstVersion(context),
    })
    .execute();
  await insertLines(context, id, invoice);
  changed("accounting_invoice", id, 1);
  return id;
}

/** Changes a draft; lines are replaced as a whole. What is left out stays. */
export async function changeDraft(
  context: AccountingContext,
  draft: InvoiceRow,
  change: {
    reference?: string | undefined;
    dueInDays?: number | undefined;
    customerId?: string | undefined;
    priced?: PricedLines | undefined;
    state?: "void";
  },
): Promise<void> {
  const { priced, dueInDays = draft.due_in_days } = change;
  const { db, changed, at } = context;
  const version = draft.version + 1;
  await db
    .updateTable("accounting_invoice")
    .set({
      state: change.state ?? draft.state,
      reference: change.reference ?? draft.reference,
      customer_id: change.customerId ?? draft.customer_id,
      due_in_days: dueInDays,
      due_on: addDays(draft.issued_on, dueInDays),
      ...(priced && amountsOf(priced)),
      version,
      updated_at: at,
    })
    .where("id", "=", draft.id)
    .execute();
  if (priced !== undefined) {
    await db.deleteFrom("accounting_invoice_line").where("invoice_id", "=", draft.id).execute();
    await insertLines(context, draft.id, priced);
  }
  changed("accounting_invoice", draft.id, version);
}

function amountsOf(priced: PricedLines) {
  return {
    currency: priced.currency,
    prices_include_tax: priced.pricesIncludeTax ? 1 : 0,
    net_minor: priced.netMinor,
    tax_minor: priced.taxMinor,
    total_minor: priced.totalMinor,
  };
}

async function insertLines({ db }: AccountingContext, id: string, { lines }: PricedLines): Promise<void> {
  await db
    .insertInto("accounting_invoice_line")
    .values(lines.map((line) => ({ ...line, invoice_id: id })))
    .execute();
}
