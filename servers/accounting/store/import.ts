import { RingmainError } from "../../../src/core/errors.ts";
import type { AccountingContext } from "./context.ts";
import { requireCustomer, requireCustomerByExternalId } from "./customers.ts";
import { addDays, daysBetween } from "./days.ts";
import type { PricedLines } from "./invoice-lines.ts";
import { insertDraft } from "./invoices.ts";
import { nextNumber } from "./numbering.ts";
import { postDraft } from "./posting-invoices.ts";
import { duplicate, requireNotBefore, requirePastDay } from "./refusals.ts";
import type { CustomerRow } from "./tables.ts";

/**
 * Writes an invoice of another system as posted. Returns its id. Throws CONFLICT when its external id is known,
 * NOT_FOUND for an unknown customer, INPUT_INVALID unless exactly one customer key is given, for an invoice day in
 * the future and for a due day before it.
 */
export async function importInvoice(
  context: AccountingContext,
  invoice: {
    priced: PricedLines;
    externalId: string;
    reference: string;
    customerId?: string | undefined;
    customerExternalId?: string | undefined;
    issuedOn: string;
    dueOn?: string | undefined;
    exchangeRate?: string | undefined;
  },
): Promise<string> {
  const { priced, externalId, issuedOn } = invoice;
  const { today } = context;
  requirePastDay(issuedOn, { field: "issued_on", today, tomorrow: addDays(today, 1) });
  await refuseKnown(context, externalId);
  const customer = await findCustomer(context, invoice.customerId, invoice.customerExternalId);
  const dueOn = invoice.dueOn ?? addDays(issuedOn, customer.payment_terms_days);
  requireNotBefore(dueOn, {
    field: "due_on",
    first: issuedOn,
    reason: `issued_on ${issuedOn}`,
    hint: "Leave due_on out to use the customer's payment terms.",
  });
  const number = await nextNumber(context, `IMP-${issuedOn.slice(0, 4)}`);
  const id = await insertDraft(context, {
    ...priced,
    number,
    draftNumber: null,
    customerId: customer.id,
    reference: invoice.reference,
    externalId,
    issuedOn,
    dueInDays: daysBetween(issuedOn, dueOn),
  });
  const draft = { id, currency: priced.currency, total_minor: priced.totalMinor };
  const { exchangeRate } = invoice;
  await postDraft(context, draft, { number, issuedOn, dueOn, version: 1, exchangeRate });
  return id;
}

async function refuseKnown({ db }: AccountingContext, externalId: string): Promise<void> {
  const known = await db
    .selectFrom("accounting_invoice")
    .select(["id", "number"])
    .where("external_id", "=", externalId)
    .executeTakeFirst();
  if (known === undefined) return;
  throw duplicate(
    `The invoice with external_id "${externalId}" was imported already, as ${known.number}.`,
    known.id,
    "Read it with get_invoice.",
  );
}

async function findCustomer(
  context: AccountingContext,
  id: string | undefined,
  externalId: string | undefined,
): Promise<CustomerRow> {
  if (id !== undefined && externalId === undefined) return await requireCustomer(context, id);
  if (externalId !== undefined && id === undefined) {
    return await requireCustomerByExternalId(context, externalId);
  }
  throw new RingmainError("INPUT_INVALID", "Give exactly one of customer_id and customer_external_id.", {
    hint: "search_customers shows both.",
  });
}
