import { sampleCatalogue } from "../../sample/catalogue.ts";
import { sampleCompanies } from "../../sample/companies.ts";
import { daysBefore, fourDigits } from "./days.ts";
import type { SeededRandom } from "./random.ts";

/** What a deal is called, by the group of the first item in it. */
const subjects: Readonly<Record<string, string>> = {
  ROPE: "Mooring ropes",
  FEND: "Fenders",
  SHAC: "Rigging hardware",
  ANCH: "Anchor gear",
  CHAIN: "Anchor chain",
  CLEAT: "Quay refit",
  LIFE: "Crew safety",
  FLARE: "Distress signals",
};

const openStages = ["new", "qualified", "proposal", "negotiation"] as const;
/** The way of a deal to each stage. */
const paths = {
  new: ["new"],
  qualified: ["new", "qualified"],
  proposal: ["new", "qualified", "proposal"],
  negotiation: ["new", "qualified", "proposal", "negotiation"],
  won: ["new", "qualified", "proposal", "won"],
  lost: ["new", "qualified", "lost"],
} as const;

const won = new Set([4, 12, 23, 31]);
const lost: ReadonlyMap<number, string> = new Map([
  [8, "Cheaper offer from a local chandler"],
  [17, "Project postponed to next year"],
  [27, "Wanted delivery within two days"],
]);

/** The deal of which the demo makes an invoice and a reservation: 12 pieces for EUR 3,180.00 net. */
const harbourDeal = {
  number: 31,
  company: 2,
  name: "Ferry berth refit",
  lines: [
    ["ROPE-12", 6],
    ["FEND-M", 4],
    ["SHAC-10", 2],
  ],
} as const;

/** The 42 deals of the sample: 35 open, 4 won, 3 lost. DEAL-0031 was won yesterday. */
export function seedDeals(now: Date, random: SeededRandom) {
  return Array.from({ length: 42 }, (_, index) => {
    const number = index + 1;
    const special = number === harbourDeal.number ? harbourDeal : undefined;
    const companyNumber = special?.company ?? ((number * 11) % sampleCompanies.length) + 1;
    const reason = lost.get(number);
    const stage = won.has(number) ? "won" : reason !== undefined ? "lost" : random.pick(openStages);
    const status = stage === "won" || stage === "lost" ? stage : "open";
    const closedDaysAgo = special ? 1 : random.integer(5, 40);
    const quietDays = status === "open" ? random.integer(0, 21) : closedDaysAgo;
    const currency = sampleCompanies[companyNumber - 1]?.currency ?? "EUR";
    const wanted = special?.lines ?? pickLines(random);
    const lines = wanted.map(([sku, quantity]) => lineOf(sku, quantity, currency));
    const expected = random.integer(3, 60);
    return {
      id: `deal_${fourDigits(number)}`,
      ref: `DEAL-${fourDigits(number)}`,
      name: special?.name ?? `${subjectOf(lines)} ${now.getUTCFullYear()}`,
      stage,
      status,
      path: paths[stage],
      company_id: `com_${fourDigits(companyNumber)}`,
      contact_id: `con_${fourDigits(companyNumber * 2)}`,
      amount_minor: lines.reduce((sum, line) => sum + line.quantity * line.unit_price_minor, 0),
      currency,
      expected_close_on: daysBefore(now, status === "open" ? -expected : closedDaysAgo),
      closed_on: status === "open" ? null : daysBefore(now, closedDaysAgo),
      lost_reason: reason ?? null,
      created_on: daysBefore(now, quietDays + random.integer(10, 70)),
      last_activity_on: daysBefore(now, quietDays),
      lines,
    } as const;
  });
}

function subjectOf([first]: readonly { sku: string }[]): string {
  return subjects[first?.sku.split("-")[0] ?? ""] ?? "Season stock";
}

/** One to four items that are sold together, each in a usual quantity. */
function pickLines(random: SeededRandom) {
  const first = random.integer(0, sampleCatalogue.length - 1);
  return Array.from({ length: random.integer(1, 4) }, (_, index) => {
    const [sku, , , lot] =
      sampleCatalogue[(first + index * 5) % sampleCatalogue.length] ?? sampleCatalogue[0];
    return [sku, random.integer(Math.ceil(lot / 3), lot)] as const;
  });
}

function lineOf(wanted: string, quantity: number, currency: "EUR" | "GBP") {
  const [sku, description, cents] = sampleCatalogue.find(([known]) => known === wanted) ?? sampleCatalogue[0];
  // the sterling price list is 0.85 of the one in euros
  const minor = currency === "GBP" ? Math.round((cents * 85) / 100) : cents;
  return { sku, description, quantity, unit_price_minor: minor };
}
