import { decimalFraction } from "./decimals.ts";

/**
 * How a line's net becomes whole minor units. `half_up` rounds a half away from zero (commercial rounding);
 * `half_even` to the even neighbour (IEEE 754 roundTiesToEven, "banker's rounding").
 */
export const roundingModes = ["half_up", "half_even"] as const;
export type RoundingMode = (typeof roundingModes)[number];

/** Divides exactly and rounds to a whole number. The divisor is positive. */
export function roundedQuotient(dividend: bigint, divisor: bigint, mode: RoundingMode): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const quotient = magnitude / divisor;
  const twiceRest = (magnitude % divisor) * 2n;
  const up = twiceRest > divisor || (twiceRest === divisor && (mode === "half_up" || quotient % 2n === 1n));
  const rounded = up ? quotient + 1n : quotient;
  return dividend < 0n ? -rounded : rounded;
}

/**
 * The amount of one line in minor units: unit price × quantity × (1 − discount rate), computed exactly and rounded
 * once. Returns a bigint, so that the caller can check its bounds.
 */
export function lineAmount(options: {
  quantity: number;
  unitPriceMinor: number;
  discountRate: string;
  mode: RoundingMode;
}): bigint {
  const { digits, scale } = decimalFraction(options.discountRate);
  const gross = BigInt(options.unitPriceMinor) * BigInt(options.quantity);
  return roundedQuotient(gross * (scale - digits), scale, options.mode);
}

/**
 * Divides the amount of a line into net and tax. Without tax in the price the tax comes on top of it; with tax in
 * the price it is a part of it, rate / (1 + rate). The tax is rounded once; net and tax always add up.
 */
export function lineTax(options: {
  amount: bigint;
  rate: string;
  priceIncludesTax: boolean;
  mode: RoundingMode;
}): { net: bigint; tax: bigint } {
  const { amount, mode } = options;
  const { digits, scale } = decimalFraction(options.rate);
  if (!options.priceIncludesTax) return { net: amount, tax: roundedQuotient(amount * digits, scale, mode) };
  const tax = roundedQuotient(amount * digits, scale + digits, mode);
  return { net: amount - tax, tax };
}
