import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { requirePostable } from "./accounts.ts";
import { divideAmong, toBase } from "./base-amounts.ts";
import type { AccountingContext } from "./context.ts";
import { conversionFor } from "./exchange-rates.ts";
import type { Posting } from "./ledger.ts";

/** A line of a journal entry as a person writes it. */
export interface JournalLine {
  account: string;
  currency: string;
  /** Positive is a debit, negative a credit. */
  minor: number;
}

/**
 * Gives the lines of a journal entry their worth in the base currency: the debits of a currency are converted
 * together and divided among them, and its credits get the same. Throws INPUT_INVALID when the sides differ in a
 * currency, NOT_FOUND or STATE_INVALID for accounts that cannot be posted to by hand, STATE_INVALID without a rate.
 */
export async function journalPostings(
  context: AccountingContext,
  entry: { day: string; lines: readonly JournalLine[]; rates: ReadonlyMap<string, string> },
): Promise<Posting[]> {
  for (const id of new Set(entry.lines.map((line) => line.account))) await requirePostable(context, id);
  const baseOf = new Map<JournalLine, number>();
  for (const [currency, lines] of Map.groupBy(entry.lines, (line) => line.currency)) {
    requireCurrency(currency);
    const debits = lines.filter(({ minor }) => minor > 0);
    const credits = lines.filter(({ minor }) => minor < 0);
    const debit = sum(debits);
    requireSameSides(currency, debit, -sum(credits));
    const conversion = await conversionFor(context, {
      currency,
      day: entry.day,
      given: entry.rates.get(currency),
    });
    const baseMinor = toBase(debit, conversion);
    for (const [side, sign] of [
      [debits, 1],
      [credits, -1],
    ] as const) {
      const shares = divideAmong(
        baseMinor,
        side.map(({ minor }) => minor * sign),
      );
      for (const [index, line] of side.entries()) baseOf.set(line, sign * (shares[index] ?? 0));
    }
  }
  return entry.lines.map((line) => ({ ...line, baseMinor: baseOf.get(line) ?? 0 }));
}

function requireSameSides(currency: string, debit: number, credit: number): void {
  if (debit === credit) return;
  throw new RingmainError(
    "INPUT_INVALID",
    `In ${currency} the debits add up to ${debit} minor units and the credits to ${credit}.`,
    {
      hint: "Debits must equal credits in each currency. Exchange one currency for another over account 1900.",
    },
  );
}

function sum(lines: readonly JournalLine[]): number {
  return lines.reduce((total, { minor }) => total + minor, 0);
}
