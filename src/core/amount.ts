import { decimalAmount } from "./decimal-amount.ts";
import { isRecord } from "./json.ts";

/** How much: money in the smallest unit of its currency (ISO 4217), or a count of whatever it is, without one. */
export interface Amount {
  minor: number;
  currency: string | null;
}

/** Where an amount stands among what is known of a call: `arguments.amount`, `facts.order.total`. */
export type AmountSource = Readonly<Record<"arguments" | "facts", Readonly<Record<string, unknown>>>>;

/** The path of a `sum`, from its source on. A name without a source is an argument's. */
export function amountPath(sum: string): string {
  return /^(arguments|facts)\./.test(sum) ? sum : `arguments.${sum}`;
}

/** The amount at a path: `{ minor, currency }` or a whole number. Undefined for anything else, and for nothing. */
export function amountAt(path: string, source: AmountSource): Amount | undefined {
  let value: unknown = source;
  for (const key of path.split("."))
    value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (isSafeInteger(value)) return { minor: value, currency: null };
  if (!isRecord(value)) return undefined;
  const { minor, currency } = value;
  return isSafeInteger(minor) && typeof currency === "string" ? { minor, currency } : undefined;
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** For people: `2000.00 EUR`, or `40`. */
export function amountText({ minor, currency }: Amount): string {
  return currency === null ? String(minor) : `${decimalAmount(minor, currency)} ${currency}`;
}

/** A path as a person writes it: arguments need no source. */
export function amountName(path: string): string {
  return path.replace(/^arguments\./, "");
}
