import { code as currencyByCode } from "currency-codes";
import { RingmainError } from "../../../src/core/errors.ts";
import type { Money } from "../../../src/kit/fields.ts";

/** Units times the price of one, exact. Throws INPUT_INVALID when the amount is too large to hold. */
export function extend(quantity: number, unitCost: Money): Money {
  return { minor: safeMinor(quantity * unitCost.minor), currency: unitCost.currency };
}

/** A sum in one currency. Throws INPUT_INVALID when the amount is too large to hold. */
export function sum(amounts: readonly Money[], currency: string): Money {
  return { minor: safeMinor(amounts.reduce((total, { minor }) => total + minor, 0)), currency };
}

/** An amount for a person, with the decimals of ISO 4217: `1234.50 EUR`. */
export function formatMoney({ minor, currency }: Money): string {
  const digits = currencyByCode(currency)?.digits ?? 2;
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const amount = digits === 0 ? whole : `${whole}.${text.slice(-digits)}`;
  return `${minor < 0 ? "-" : ""}${amount} ${currency}`;
}

function safeMinor(minor: number): number {
  if (Number.isSafeInteger(minor)) return minor;
  throw new RingmainError("INPUT_INVALID", "The amount is too large.", {
    hint: "Use smaller quantities, or split the call.",
  });
}
