import { code as currencyByCode } from "currency-codes";
import type { Money } from "../../../src/kit/fields.ts";
import { wholeMinor } from "./costing.ts";

/** Units times the price of one, exact. Throws INPUT_INVALID when the amount is too large to hold. */
export function extend(quantity: number, unitCost: Money): Money {
  return { minor: wholeMinor(quantity * unitCost.minor), currency: unitCost.currency };
}

/** A sum in one currency. Throws INPUT_INVALID when the amount is too large to hold. */
export function sum(amounts: readonly Money[], currency: string): Money {
  return { minor: wholeMinor(amounts.reduce((total, { minor }) => total + minor, 0)), currency };
}

/** An amount for a person, with the decimals of ISO 4217: `1234.50 EUR`. */
export function formatMoney({ minor, currency }: Money): string {
  const digits = currencyByCode(currency)?.digits ?? 2;
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const amount = digits === 0 ? whole : `${whole}.${text.slice(-digits)}`;
  return `${minor < 0 ? "-" : ""}${amount} ${currency}`;
}
