import { RingmainError } from "../../../src/core/errors.ts";
import { maxMinor } from "../fields.ts";
import { yearAfter } from "./days.ts";

/** The refusal of a record that exists already, naming it. */
export function duplicate(message: string, duplicateOf: string, remedy: string): RingmainError {
  return new RingmainError("CONFLICT", message, {
    hint: `duplicate_of: ${duplicateOf}. ${remedy}`,
    details: { duplicate_of: duplicateOf },
  });
}

/** Refuses an amount in another currency than the record it is about. */
export function requireSameCurrency(
  amount: { currency: string },
  record: { name: string; currency: string },
) {
  if (amount.currency === record.currency) return;
  throw new RingmainError(
    "INPUT_INVALID",
    `${record.name} is in ${record.currency}, not in ${amount.currency}.`,
    { hint: `Give the amount in ${record.currency}.` },
  );
}

/** An exact amount as a number. Throws INPUT_INVALID beyond what these books take. */
export function boundedMinor(minor: bigint): number {
  if (minor <= BigInt(maxMinor)) return Number(minor);
  throw new RingmainError(
    "INPUT_INVALID",
    `An amount of ${minor} minor units is more than the ${maxMinor} that these books take.`,
    {
      hint: `Check quantity, unit_price and rates: prices are in minor units (cents).`,
    },
  );
}

/** Refuses a day too far ahead for something that has happened. One day of grace: east of UTC it is tomorrow already. */
export function requirePastDay(
  day: string,
  options: { field: string; today: string; tomorrow: string },
): void {
  if (day <= options.tomorrow) return;
  throw new RingmainError("INPUT_INVALID", `${options.field} ${day} is in the future.`, {
    hint: `Today is ${options.today} (UTC). Record it when it has happened.`,
  });
}

/** Refuses the day of an entry that is planned so far ahead that its year must be a mistake. */
export function requireWithinYear(day: string, options: { field: string; today: string }): void {
  const last = yearAfter(options.today);
  if (day <= last) return;
  throw new RingmainError("INPUT_INVALID", `${options.field} ${day} is more than a year ahead.`, {
    hint: `Today is ${options.today} (UTC), and the latest possible day ${last}. Is the year mistyped?`,
  });
}

/** Refuses a day before another that it must follow. */
export function requireNotBefore(
  day: string,
  options: { field: string; first: string; reason: string; hint?: string },
): void {
  if (day >= options.first) return;
  throw new RingmainError("INPUT_INVALID", `${options.field} ${day} lies before ${options.reason}.`, {
    hint: options.hint ?? `The earliest possible day is ${options.first}.`,
  });
}
