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

/** A decimal text such as "0.15" as digits / scale. The text has passed the schema of a rate. */
function decimalFraction(text: string): { digits: bigint; scale: bigint } {
  const [whole = "0", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}

/** The shortest text of the same decimal: "0.150" is "0.15", "0.0" is "0". */
export function normalDecimal(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * The net of one line in minor units: unit price × quantity × (1 − discount rate), computed exactly and rounded
 * once. Returns a bigint, so that the caller can check its bounds.
 */
export function lineNet(options: {
  quantity: number;
  unitPriceMinor: number;
  discountRate: string;
  mode: RoundingMode;
}): bigint {
  const { digits, scale } = decimalFraction(options.discountRate);
  const gross = BigInt(options.unitPriceMinor) * BigInt(options.quantity);
  return roundedQuotient(gross * (scale - digits), scale, options.mode);
}
