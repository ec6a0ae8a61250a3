import type { CallContext } from "../../src/kit/define-tool.ts";
import { seedServer } from "../../src/kit/seed.ts";
import { definition } from "./definition.ts";
import { type SeedCustomer, seedCustomers } from "./seed-customers.ts";
import { type PlannedJournal, planJournals, planRates, seedAccounts, seedTax } from "./seed-ledger.ts";
import { type PlannedInvoice, type PlannedPayment, type PlannedReminder, planBooks } from "./seed-plan.ts";
import { account, upsertAccount } from "./store/accounts.ts";
import { type AccountingContext, accountingContext } from "./store/context.ts";
import { requireCustomer, upsertCustomer } from "./store/customers.ts";
import { daysBetween } from "./store/days.ts";
import { recordReminder } from "./store/dunning.ts";
import { conversionFor, setRate } from "./store/exchange-rates.ts";
import { insertDraft, requireInvoice } from "./store/invoices.ts";
import { journalPostings } from "./store/journal.ts";
import { postEntry } from "./store/ledger.ts";
import { nextNumber } from "./store/numbering.ts";
import { queueMessage } from "./store/outbox.ts";
import { bookPayment, type Share } from "./store/payments.ts";
import { postDraft } from "./store/posting-invoices.ts";
import { updateSettings } from "./store/settings.ts";
import type { AccountingTables } from "./store/tables.ts";
import { upsertTaxCode } from "./store/tax-codes.ts";

/**
 * Writes the books of the sample company: 60 customers (cus_0001 …), 300 posted invoices over the twelve months
 * before `call.now`, their payments, the reminders sent, and the monthly costs, through the same store as the tools, in the order of their days. The
 * same day gives the same rows, ids included. Returns the counts.
 */
export async function seed(call: CallContext<AccountingTables>): Promise<Record<string, number>> {
  const context = { ...accountingContext(call), newId: countedIds() };
  const { invoices, payments, reminders } = planBooks({
    today: context.today,
    random: seededRandom(20_260_101),
  });
  await writeSetup(context);
  const customerIds = await writeCustomers(context);
  const posted = new Map<PlannedInvoice, string>();
  const post = async (then: AccountingContext, invoice: PlannedInvoice) => {
    posted.set(invoice, await writeInvoice(then, invoice, written(customerIds, invoice.customer)));
  };
  const pay = async (then: AccountingContext, payment: PlannedPayment) => {
    const shares: Share[] = [];
    for (const { invoice, minor } of payment.shares) {
      shares.push({ invoice: await requireInvoice(then, written(posted, invoice)), minor });
    }
    await writePayment(then, payment, written(customerIds, payment.customer), shares);
  };
  const events = [
    ...planJournals(context.today).map((journal) => ({
      day: journal.day,
      write: (then: AccountingContext) => writeJournal(then, journal),
    })),
    ...invoices.map((invoice) => ({
      day: invoice.issuedOn,
      write: (then: AccountingContext) => post(then, invoice),
    })),
    ...payments.map((payment) => ({
      day: payment.receivedOn,
      write: (then: AccountingContext) => pay(then, payment),
    })),
    ...reminders.map((reminder) => ({
      day: reminder.sentOn,
      write: (then: AccountingContext) => writeReminder(then, reminder, written(posted, reminder.invoice)),
    })),
  ].sort((a, b) => a.day.localeCompare(b.day));
  for (const { day, write } of events) {
    await write({ ...context, today: day, at: `${day}T00:00:00.000Z` });
  }
  return { customers: customerIds.size, invoices: posted.size, payments: payments.length };
}

/** What was written for a planned thing; the order of the days makes sure that it was. */
function written<Planned, Written>(all: ReadonlyMap<Planned, Written>, planned: Planned): Written {
  const found = all.get(planned);
  if (found === undefined) throw new Error("The plan refers to something that is not written yet.");
  return found;
}

async function writeSetup(context: AccountingContext): Promise<void> {
  await updateSettings(context, { baseCurrency: "EUR" });
  const { id, name, rate } = seedTax;
  await upsertTaxCode(context, { id, name, rate });
  for (const one of seedAccounts) await upsertAccount(context, one);
  for (const one of planRates(context.today)) await setRate(context, { currency: "GBP", ...one });
}

async function writeJournal(context: AccountingContext, { day, memo, lines }: PlannedJournal): Promise<void> {
  const postings = await journalPostings(context, {
    day,
    lines: lines.map(([id, minor]) => ({ account: id, currency: "EUR", minor })),
    rates: new Map(),
  });
  await postEntry(context, { kind: "journal", entryOn: day, memo, postings });
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
): Promise<string> {
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
  const draft = { id, currency: priced.currency, total_minor: priced.totalMinor };
  await postDraft(context, draft, { number, issuedOn, dueOn, version: 2 });
  return id;
}

async function writePayment(
  context: AccountingContext,
  { receivedOn, minor, currency }: PlannedPayment,
  customerId: string,
  shares: readonly Share[],
): Promise<void> {
  const bankReference = `BANK-${receivedOn}-${context.newId("line").slice(-4)}`;
  await bookPayment(context, {
    customerId,
    minor,
    conversion: await conversionFor(context, { currency, day: receivedOn }),
    bankAccount: account.bank,
    receivedOn,
    bankReference,
    shares,
  });
}

/** A reminder that was mailed long ago: nothing sends it again. */
async function writeReminder(
  context: AccountingContext,
  { level }: PlannedReminder,
  invoiceId: string,
): Promise<void> {
  const { number, due_on, customer_id } = await requireInvoice(context, invoiceId);
  const messageId = await queueMessage(context, {
    recipient: (await requireCustomer(context, customer_id)).email ?? "",
    subject: `Payment reminder for invoice ${number}`,
    body: `Our records show invoice ${number} open since ${due_on}. Please pay it within seven days.`,
    invoiceId,
  });
  await context.db
    .updateTable("accounting_outbox")
    .set({ status: "sent", attempts: 1, version: 2 })
    .where("id", "=", messageId)
    .execute();
  await recordReminder(context, { invoiceId, level, messageId });
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
