import { code as currencyRecord } from "currency-codes";
import { RingmainError } from "../../../src/core/errors.ts";

/**
 * Refuses an update that was decided on an older version of a record. Throws CONFLICT with the current record.
 */
export function requireVersion(options: {
  expected: number | undefined;
  record: { id: string; version: number };
}): void {
  const { expected, record } = options;
  if (expected === undefined || expected === record.version) return;
  throw new RingmainError(
    "CONFLICT",
    `${record.id} is at version ${record.version}, not ${expected}. It is now: ${JSON.stringify(record)}`,
    { hint: `Decide again, then pass expected_version ${record.version}.`, details: { current: record } },
  );
}

/** The refusal of a record that exists already, naming it. */
export function duplicate(message: string, duplicateOf: string, remedy: string): RingmainError {
  return new RingmainError("CONFLICT", message, {
    hint: `duplicate_of: ${duplicateOf}. ${remedy}`,
    details: { duplicate_of: duplicateOf },
  });
}

/** Refuses a currency that ISO 4217 does not list. */
export function requireCurrency(currency: string): void {
  if (currencyRecord(currency) !== undefined) return;
  throw new RingmainError("INPUT_INVALID", `"${currency}" is no currency of ISO 4217.`, {
    hint: "Use a listed code such as EUR, USD or GBP.",
  });
}
