import { integerType, stringType, unionOf } from "../types.ts";
import type { CelFunction } from "./cel-function.ts";

/** An exact decimal: `units` tens-to-the-minus-`scale`. 12.50 is 1250 at scale 2. */
export interface Decimal {
  units: bigint;
  scale: number;
}

export const roundings = ["half_up", "half_even"] as const;
export type Rounding = (typeof roundings)[number];

/** The longest decimal that is read: enough for any amount, too short to cost anything. */
const longest = 60;

/** Reads `-12.50`. Throws RangeError for any other text; thousands separators are refused as ambiguous. */
export function parseDecimal(text: string | bigint): Decimal {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(String(text).trim());
  if (match === null || match[0].length > longest) {
    throw new RangeError(`"${String(text).slice(0, longest)}" is not a decimal number such as 12.50`);
  }
  const [, sign, whole = "", fraction = ""] = match;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

/** Writes a decimal without trailing zeros. */
function formatDecimal({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
  return units < 0n && text !== "0" ? `-${text}` : text;
}

/** The same value at another scale. Without a rounding, throws RangeError when digits would be lost. */
export function rescale({ units, scale }: Decimal, to: number, rounding?: Rounding): bigint {
  if (to >= scale) return units * 10n ** BigInt(to - scale);
  const divisor = 10n ** BigInt(scale - to);
  const negative = units < 0n;
  const magnitude = negative ? -units : units;
  const quotient = magnitude / divisor;
  const twice = (magnitude % divisor) * 2n;
  if (twice !== 0n && rounding === undefined) {
    throw new RangeError(
      `${formatDecimal({ units, scale })} has more than ${to} decimal places; name a rounding (${roundings.join(", ")})`,
    );
  }
  const up = twice > divisor || (twice === divisor && (rounding === "half_up" || quotient % 2n === 1n));
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** Reads the name of a rounding. Throws RangeError. */
export function parseRounding(name: string): Rounding {
  const rounding = roundings.find((known) => known === name);
  if (rounding === undefined) throw new RangeError(`there is no rounding "${name}": ${roundings.join(", ")}`);
  return rounding;
}

const decimalType = unionOf([stringType, integerType]);

function combine(name: string, summary: string, run: (a: Decimal, b: Decimal) => Decimal): CelFunction {
  return {
    name,
    summary,
    parameters: [decimalType, decimalType],
    result: stringType,
    implementation: {
      signature: `${name}(dyn, dyn): string`,
      run: (a: string | bigint, b: string | bigint) => formatDecimal(run(parseDecimal(a), parseDecimal(b))),
    },
  };
}

function aligned(a: Decimal, b: Decimal, run: (a: bigint, b: bigint) => bigint): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: run(rescale(a, scale), rescale(b, scale)), scale };
}

/** Arithmetic on decimal texts, exact: what a spreadsheet column holds must not pass through floating point. */
export const decimalFunctions: readonly CelFunction[] = [
  combine("decimal_add", "The exact sum of two decimal texts.", (a, b) => aligned(a, b, (x, y) => x + y)),
  combine("decimal_subtract", "The exact difference of two decimal texts.", (a, b) =>
    aligned(a, b, (x, y) => x - y),
  ),
  combine("decimal_multiply", "The exact product of two decimal texts.", (a, b) => ({
    units: a.units * b.units,
    scale: a.scale + b.scale,
  })),
  {
    name: "decimal_round",
    summary: 'A decimal text with so many places: decimal_round("2.345", 2, "half_up").',
    parameters: [decimalType, integerType, { kind: "string", values: roundings }],
    result: stringType,
    implementation: {
      signature: "decimal_round(dyn, int, string): string",
      run(value: string | bigint, places: bigint, rounding: string) {
        const scale = Number(places);
        const units = rescale(parseDecimal(value), scale, parseRounding(rounding));
        return formatDecimal({ units, scale });
      },
    },
  },
];
