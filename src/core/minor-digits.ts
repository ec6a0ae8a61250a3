import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Decimal places of a currency's smallest unit (ISO 4217), or undefined for a code that is none. */
export function minorDigits(currency: string): number | undefined {
  if (!/^[A-Z]{3}$/.test(currency)) return undefined;
  // loaded at its first use: few programs need it
  const codes: typeof import("currency-codes") = require("currency-codes");
  return codes.code(currency)?.digits;
}
