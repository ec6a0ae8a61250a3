import type { CallContext } from "../../src/kit/define-tool.ts";
import { seedServer } from "../../src/kit/seed.ts";
import { definition } from "./definition.ts";
import { type SeedCustomer, seedCustomers } from "./seed-customers.ts";
import { type PlannedInvoice, type PlannedPayment, planBooks } from "./seed-plan.ts";
import { type AccountingContext, accountingContext } from "./store/context.ts";
import { upsertCustomer } from "./store/customers.ts";
import { daysBetween } from "./store/days.ts";
import { insertDraft, postDraft } from "./store/invoices.ts";
import { nextNumber } from "./store/numbering.ts";
import { bookPayment, type Share } from "./store/payments.ts";
import type { AccountingTables } from "./store/tables.ts";

/**
 * Writes the books of the sample company: 60 customers (cus_0001 …), 300 posted invoices over the twelve months
 * before `call.now` and their payments, through the same store as the tools, in the order of their days. The
 * same day gives the same rows, ids included. Returns the counts.
 */
export async function seed(call: CallContext<AccountingTables>): Promise<Record<string, number>> {
  const context = { ...accountingContext(call), newId: countedIds() };
  const { invoices, payments } = planBooks({ today: context.today, random: seededRandom(20_260_101) });
  const customerIds = await writeCustomers(context);
  const posted = new Map<PlannedInvoice, { invoiceId: string; number: string }>();
  const events = [
    ...invoices.map((invoice) => ({ day: invoice.issuedOn, invoice, payment: undefined })),
    ...payments.map((payment) => ({ day: payment.receivedOn, invoice: undefined, payment })),
  ].sort((a, b) => a.day.localeCompare(b.day));
  for (const { day, invoice, payment } of events) {
    const then = { ...context, today: day, at: `${day}T00:00:00.000Z` };
    if (invoice !== undefined) {
      posted.set(invoice, await writeInvoice(then, invoice, written(customerIds, invoice.customer)));
    } else {
      const shares = payment.shares.map(({ invoice: settled, minor }) => ({
        ...written(posted, settled),
        issuedOn: settled.issuedOn,
        minor,
      }));
      await writePayment(then, payment, written(customerIds, payment.customer), shares);
    }
  }
  return { customers: customerIds.size, invoices: posted.size, payments: payments.length };
}

/** What was written for a planned thing; the order of the days makes sure that it was. */
function written<Planned, Written>(all: ReadonlyMap<Planned, Written>, planned: Planned): Written {
  const found = all.get(planned);
  if (found === undefined) throw new Error("The plan refers to something that is not written yet.");
  return found;
}

async function writeCustomers(context: AccountingContext): Promise<Map<SeedCustomer, string>> {
  const ids = new Map<SeedCustomer, string>();
  for (const customer of seedCustomers) {
    const { row } = await upsertCustomer(context, {
      fields: {
        crm_company_id: customer.crmCompanyId,
        name: customer.name,
        email: customer.email,
        language: customer.language,
        currency: customer.currency,
        payment_terms_days: customer.paymentTermsDays,
        city: customer.city,
        country: customer.country,
      },
    });
    ids.set(customer, row.id);
  }
  return ids;
}

async function writeInvoice(
  context: AccountingContext,
  { issuedOn, dueOn, priced }: PlannedInvoice,
  customerId: string,
): Promise<{ invoiceId: string; number: string }> {
  const draftNumber = await nextNumber(context, "DRAFT");
  const id = await insertDraft(context, {
    ...priced,
    number: draftNumber,
    draftNumber,
    customerId,
    reference: `Order ${draftNumber.slice(-4)}`,
    externalId: null,
    issuedOn,
    dueInDays: daysBetween(issuedOn, dueOn),
  });
  const number = await nextNumber(context, `INV-${issuedOn.slice(0, 4)}`);
  const { currency, totalMinor } = priced;
  await postDraft(context, { id, number, issuedOn, dueOn, currency, totalMinor, version: 2 });
  return { invoiceId: id, number };
}

async function writePayment(
  context: AccountingContext,
  { receivedOn, minor, currency }: PlannedPayment,
  customerId: string,
  shares: readonly Share[],
): Promise<void> {
  const bankReference = `BANK-${receivedOn}-${context.newId("line").slice(-4)}`;
  await bookPayment(context, { customerId, currency, minor, receivedOn, bankReference, shares });
}

/** Ids that count up within their prefix: cus_0001, cus_0002, … */
function countedIds(): (prefix: string) => string {
  const counts = new Map<string, number>();
  return (prefix) => {
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    return `${prefix}_${String(count).padStart(4, "0")}`;
  };
}

/** Numbers from 0 up to 1 that look random and are the same for the same start (mulberry32, public domain). */
function seededRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) await seedServer(definition, seed);
