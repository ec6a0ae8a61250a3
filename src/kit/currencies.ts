import { RingmainError } from "../core/errors.ts";
import { minorDigits } from "../core/minor-digits.ts";

/** Refuses a currency that ISO 4217 does not list: nobody could tell what its minor units are. Throws INPUT_INVALID. */
export function requireCurrency(currency: string): void {
  if (minorDigits(currency) !== undefined) return;
  throw new RingmainError("INPUT_INVALID", `"${currency}" is no currency of ISO 4217.`, {
    hint: "Use a listed code such as EUR, USD or GBP.",
  });
}
