import { sampleCatalogue } from "../sample/catalogue.ts";
import type { InvoiceLineInput } from "./fields.ts";
import { type SeedCustomer, seedCustomers } from "./seed-customers.ts";
import { seedTax } from "./seed-ledger.ts";
import { addDays, daysBetween } from "./store/days.ts";
import { nextDunningLevel } from "./store/dunning.ts";
import { type PricedLines, priceLines } from "./store/invoice-lines.ts";

/** An invoice of the sample company. */
export interface PlannedInvoice {
  customer: SeedCustomer;
  issuedOn: string;
  dueOn: string;
  priced: PricedLines;
}

/** A payment, with what each invoice gets of it; the rest stays unallocated. */
export interface PlannedPayment {
  customer: SeedCustomer;
  receivedOn: string;
  minor: number;
  currency: string;
  shares: { invoice: PlannedInvoice; minor: number }[];
}

/** A reminder that the customer got already. */
export interface PlannedReminder {
  invoice: PlannedInvoice;
  level: number;
  sentOn: string;
}

/** How late the 23 invoices are that the workflow chase-overdue-invoices finds: 11 for level 1, 7 for 2, 5 for 3. */
const chasedDays = [8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 22, 24, 25, 27, 29, 31, 33, 36, 40, 47, 58, 75];
/** How late an invoice was when level 1 and level 2 were sent: each some days before the next level is called for. */
const remindedDays = [8, 22];
/** The positions of those over 5,000.00, which the policy large-reminder refuses. */
const largeChased = [4, 18];
/** Late by less than 7 days, and by so little that they stay so when the sample is used over midnight. */
const justLateDays = [1, 2, 3, 4];
const notDueCount = 33;
const paidCount = 240;

/** Bounds of an invoice's total, in minor units. */
const ordinary = { least: 20_000, most: 480_000 };
const large = { least: 520_000, most: 1_200_000 };

/**
 * Plans the books of the sample company: 300 posted invoices over the last twelve months and their payments.
 * 240 are paid, 23 overdue by 8 days or more (2 of them over EUR 5,000.00), 4 overdue by less, 33 not due yet;
 * every third unpaid ordinary one is partly paid. Those 23 got the reminders before the one they are due for. `random` gives numbers from 0 up to 1; the same ones and the
 * same day give the same plan.
 */
export function planBooks(options: { today: string; random: () => number }): {
  invoices: PlannedInvoice[];
  payments: PlannedPayment[];
  reminders: PlannedReminder[];
} {
  const { today, random } = options;
  const chased = chasedDays.map((late, index) => {
    const range = largeChased.includes(index) ? large : ordinary;
    return planInvoice(random, customerAt(index * 7), addDays(today, -late), range);
  });
  const others = [
    ...justLateDays.map((late, index) =>
      planInvoice(random, customerAt(index * 11 + 3), addDays(today, -late), ordinary),
    ),
    ...Array.from({ length: notDueCount }, (_, index) => {
      const customer = customerAt(index * 13 + 1);
      const dueOn = addDays(today, 1 + (index % (customer.paymentTermsDays - 1)));
      return planInvoice(random, customer, dueOn, ordinary);
    }),
  ];
  const paid = Array.from({ length: paidCount }, (_, index) => {
    const customer = customerAt(index);
    const issuedDaysAgo = 362 - Math.floor((index * 350) / paidCount);
    return planInvoice(random, customer, addDays(today, customer.paymentTermsDays - issuedDaysAgo), ordinary);
  });
  const partlyPaid = [...chased.filter((_, index) => !largeChased.includes(index)), ...others].filter(
    (_, index) => index % 3 === 2,
  );
  return {
    invoices: [...paid, ...chased, ...others],
    payments: [...payInFull(random, paid, today), ...partlyPaid.map((one) => payPart(random, one, today))],
    reminders: chased.flatMap((invoice) => remindersBefore(invoice, today)),
  };
}

/** The levels that were sent: those for which a later one has become due since. */
function remindersBefore(invoice: PlannedInvoice, today: string): PlannedReminder[] {
  const late = daysBetween(invoice.dueOn, today);
  return remindedDays.flatMap((days, index) => {
    const level = index + 1;
    const isOver = nextDunningLevel({ sent: level, daysOverdue: late }) > level;
    return isOver ? [{ invoice, level, sentOn: addDays(invoice.dueOn, days) }] : [];
  });
}

function customerAt(index: number): SeedCustomer {
  const customer = seedCustomers[index % seedCustomers.length];
  if (customer === undefined) throw new RangeError("The sample has no customers.");
  return customer;
}

function planInvoice(
  random: () => number,
  customer: SeedCustomer,
  dueOn: string,
  total: { least: number; most: number },
): PlannedInvoice {
  const issuedOn = addDays(dueOn, -customer.paymentTermsDays);
  for (;;) {
    const priced = priceLines(randomLines(random, customer), {
      mode: "half_up",
      pricesIncludeTax: false,
      rateOf: (code) => (code === seedTax.id ? seedTax.rate : "0"),
    });
    if (priced.totalMinor >= total.least && priced.totalMinor <= total.most) {
      return { customer, issuedOn, dueOn, priced };
    }
  }
}

function randomLines(random: () => number, { currency, country }: SeedCustomer): InvoiceLineInput[] {
  const first = Math.floor(random() * sampleCatalogue.length);
  return Array.from({ length: 1 + Math.floor(random() * 5) }, (_, index) => {
    const [sku, description, cents] =
      sampleCatalogue[(first + index * 5) % sampleCatalogue.length] ?? sampleCatalogue[0];
    // the sterling price list is 0.85 of the one in euros
    const minor = currency === "GBP" ? Math.round((cents * 85) / 100) : cents;
    return {
      sku,
      description,
      quantity: 1 + Math.floor(random() * 10),
      unit_price: { minor, currency },
      discount_rate: random() < 0.2 ? "0.05" : "0",
      tax_code: country === seedTax.country ? seedTax.id : "none",
      account_id: "4000",
    };
  });
}

/** Most payments settle one invoice, some two of the same customer, and a few are 50.00 too much. */
function payInFull(
  random: () => number,
  invoices: readonly PlannedInvoice[],
  today: string,
): PlannedPayment[] {
  const payments: PlannedPayment[] = [];
  const heldBack = new Map<string, PlannedInvoice>();
  for (const invoice of invoices) {
    const { customer } = invoice;
    const earlier = heldBack.get(customer.crmCompanyId);
    if (earlier === undefined && random() < 0.12) {
      heldBack.set(customer.crmCompanyId, invoice);
      continue;
    }
    heldBack.delete(customer.crmCompanyId);
    const excess = random() < 0.04 ? 5_000 : 0;
    payments.push(payWhole(random, { last: invoice, earlier, today, excess }));
  }
  for (const last of heldBack.values()) payments.push(payWhole(random, { last, today, excess: 0 }));
  return payments;
}

function payWhole(
  random: () => number,
  options: { last: PlannedInvoice; earlier?: PlannedInvoice | undefined; today: string; excess: number },
): PlannedPayment {
  const { last, earlier, today, excess } = options;
  const settled = earlier === undefined ? [last] : [earlier, last];
  const shares = settled.map((invoice) => ({ invoice, minor: invoice.priced.totalMinor }));
  return {
    customer: last.customer,
    receivedOn: receivedAfter(random, last, today),
    minor: shares.reduce((sum, { minor }) => sum + minor, excess),
    currency: last.priced.currency,
    shares,
  };
}

function payPart(random: () => number, invoice: PlannedInvoice, today: string): PlannedPayment {
  const minor = Math.floor(invoice.priced.totalMinor * (0.2 + random() * 0.5));
  return {
    customer: invoice.customer,
    receivedOn: receivedAfter(random, invoice, today),
    minor,
    currency: invoice.priced.currency,
    shares: [{ invoice, minor }],
  };
}

/** Some days after the invoice day, but never after yesterday. */
function receivedAfter(random: () => number, invoice: PlannedInvoice, today: string): string {
  const wait = 5 + Math.floor(random() * (invoice.customer.paymentTermsDays + 10));
  return addDays(invoice.issuedOn, Math.min(wait, daysBetween(invoice.issuedOn, today) - 1));
}
