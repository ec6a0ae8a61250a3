import { addDays } from "./store/days.ts";

/** The company sells from the Netherlands: tax on sales at home, none on exports. */
export const seedTax = { id: "vat-21", name: "VAT 21 %", rate: "0.21", country: "NL" } as const;

/** Accounts that the sample company adds to the chart. */
export const seedAccounts = [
  { id: "3100", name: "Owner's capital", type: "equity" },
  { id: "5100", name: "Rent", type: "expense" },
  { id: "5200", name: "Wages", type: "expense" },
] as const;

/** An entry that the company posts by hand, in minor units of EUR; positive is a debit. */
export interface PlannedJournal {
  day: string;
  memo: string;
  lines: readonly (readonly [account: string, minor: number])[];
}

/** The opening capital, then rent and wages on the first of each of the last twelve months. */
export function planJournals(today: string): PlannedJournal[] {
  const opening = addDays(today, -364);
  const capital: PlannedJournal = {
    day: opening,
    memo: "Opening balance",
    lines: [
      ["1000", 5_000_000],
      ["3100", -5_000_000],
    ],
  };
  return [
    capital,
    ...monthsUpTo(today)
      .filter((day) => day > opening)
      .flatMap(monthlyCosts),
  ];
}

/** What a pound is worth in euros on the first of each month, as the sample company books it. */
export function planRates(today: string): { day: string; rate: string }[] {
  const thousandths = [
    1_152, 1_158, 1_149, 1_161, 1_172, 1_168, 1_163, 1_155, 1_147, 1_151, 1_159, 1_166, 1_171, 1_164,
  ];
  return monthsUpTo(today).map((day, index) => ({
    day,
    rate: `1.${String((thousandths[index] ?? 1_160) - 1_000)}`,
  }));
}

function monthlyCosts(day: string): PlannedJournal[] {
  const costs = [
    ["5100", "Rent", 240_000],
    ["5200", "Wages", 1_150_000],
  ] as const;
  return costs.map(([account, name, minor]) => ({
    day,
    memo: `${name} ${day.slice(0, 7)}`,
    lines: [
      [account, minor],
      ["1000", -minor],
    ],
  }));
}

/** The first days of the thirteen months before a day and of its own month. */
function monthsUpTo(today: string): string[] {
  const [year = 0, month = 0] = today.split("-").map(Number);
  return Array.from({ length: 14 }, (_, index) =>
    new Date(Date.UTC(year, month - 14 + index, 1)).toISOString().slice(0, 10),
  );
}
