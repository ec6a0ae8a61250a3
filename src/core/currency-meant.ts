import { createRequire } from "node:module";
import { closestName } from "./closest.ts";

const require = createRequire(import.meta.url);

/** Of several that are as near, the one more people use is meant. */
const common = ["EUR", "USD", "GBP", "CHF", "JPY", "CNY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN"];

/** The ISO 4217 code that a misspelt one probably means. */
export function currencyMeant(written: string): string | undefined {
  const codes: typeof import("currency-codes") = require("currency-codes");
  return closestName(written.toUpperCase(), [...common, ...codes.codes()]);
}
