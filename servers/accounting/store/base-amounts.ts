import { code as currencyRecord } from "currency-codes";
import { decimalFraction } from "./decimals.ts";
import { boundedMinor } from "./refusals.ts";
import { type RoundingMode, roundedQuotient } from "./rounding.ts";

/** What turns an amount into the base currency of the books. */
export interface Conversion {
  /** Decimal text: how much of the base currency one unit of the currency is worth. */
  rate: string;
  currency: string;
  baseCurrency: string;
  mode: RoundingMode;
}

/** The worth of an amount in minor units of the base currency, rounded once. Throws INPUT_INVALID beyond the bounds. */
export function toBase(minor: number, { rate, currency, baseCurrency, mode }: Conversion): number {
  const { digits, scale } = decimalFraction(rate);
  const dividend = BigInt(minor) * digits * 10n ** BigInt(decimalsOf(baseCurrency));
  return boundedMinor(roundedQuotient(dividend, scale * 10n ** BigInt(decimalsOf(currency)), mode));
}

/** How many decimals a currency has (ISO 4217): 2 for EUR, 0 for JPY. */
export function decimalsOf(currency: string): number {
  return currencyRecord(currency)?.digits ?? 2;
}

/**
 * The part of a base amount that belongs to a part of the amount: base × part / whole, rounded. None of it for
 * nothing and all of it for the whole, so that what is taken off step by step ends at exactly zero.
 */
export function baseOfPart(
  whole: { minor: number; baseMinor: number },
  partMinor: number,
  mode: RoundingMode,
): number {
  if (partMinor === 0) return 0;
  if (partMinor === whole.minor) return whole.baseMinor;
  return Number(roundedQuotient(BigInt(whole.baseMinor) * BigInt(partMinor), BigInt(whole.minor), mode));
}

/**
 * Divides an amount among parts in their proportion, so that the shares are whole, add up to it and have its sign,
 * and none exceeds its part when the amount does not exceed their sum: each is the running total, rounded half up
 * (which keeps whole distances), less the one before.
 */
export function divideAmong(minor: number, parts: readonly number[]): number[] {
  const whole = parts.reduce((sum, part) => sum + BigInt(part), 0n);
  let running = 0n;
  let given = 0;
  return parts.map((part) => {
    running += BigInt(part);
    const upTo = whole === 0n ? 0 : Number(roundedQuotient(BigInt(minor) * running, whole, "half_up"));
    const share = upTo - given;
    given = upTo;
    return share;
  });
}
