import { minorDigits } from "./minor-digits.ts";

/**
 * An amount of money as decimal text: 1250 minor units of EUR are 12.50. A code that ISO 4217 does not know has no
 * decimal places to go by: then the minor units, said to be such, so that nobody adds them up as if they were whole.
 */
export function decimalAmount(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  if (digits === undefined || !Number.isSafeInteger(minor)) return `${minor} minor units`;
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  return `${minor < 0 ? "-" : ""}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
