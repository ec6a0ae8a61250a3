import { createRequire } from "node:module";
import { dateType, daysType, instantType, integerType, stringType } from "../types.ts";
import { type CelFunction, type FunctionCall, literalText } from "./cel-function.ts";

const require = createRequire(import.meta.url);

/** Loaded at the first date: most runs need none, and it takes 20 ms. */
function temporal(): typeof import("temporal-polyfill")["Temporal"] {
  const module: typeof import("temporal-polyfill") = require("temporal-polyfill");
  return module.Temporal;
}

/** Calendar days, to be added to or taken from a date. Dates themselves are ISO texts, also inside CEL. */
export class Days {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }
}

/** The date so many days after another; YYYY-MM-DD in and out. Throws RangeError for a text that is no date. */
export function addDays(date: string, { count }: Days): string {
  return plainDate(date).add({ days: count }).toString();
}

export function subtractDays(date: string, { count }: Days): string {
  return addDays(date, new Days(-count));
}

/** The calendar day of an instant in a time zone. */
function dateIn(instant: string, timeZone: string): string {
  return temporal().Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** When a day has come to a time of day (HH:MM) in a time zone. Throws RangeError for a text that is no date. */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const plainTime = temporal().PlainTime.from(time);
  return new Date(plainDate(date).toZonedDateTime({ timeZone, plainTime }).epochMilliseconds);
}

/** The week of ISO 8601, for instance 2026-W48. */
function isoWeek(date: string): string {
  const { yearOfWeek, weekOfYear } = plainDate(date);
  return `${yearOfWeek}-W${String(weekOfYear).padStart(2, "0")}`;
}

function plainDate(text: string) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new RangeError(`"${text}" is not a date (YYYY-MM-DD)`);
  return temporal().PlainDate.from(text);
}

const knownZones = new Map<string, boolean>([["UTC", true]]);

/** Whether a name is a time zone of the IANA database. Asking Intl takes milliseconds, so answers are kept. */
export function isTimeZone(name: string): boolean {
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  let valid = true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    valid = false;
  }
  knownZones.set(name, valid);
  return valid;
}

function checkZone(call: FunctionCall): void {
  const zone = literalText(call, 1);
  if (zone === undefined || isTimeZone(zone)) return;
  const hint = "Use a name of the IANA database, for instance Europe/Paris or UTC.";
  call.fault(1, { code: "time-zone", message: `There is no time zone "${zone}".`, hint });
}

export const dateFunctions: readonly CelFunction[] = [
  {
    name: "date",
    summary: 'The day of an instant in a time zone: date(now, "Europe/Paris").',
    parameters: [instantType, stringType],
    result(call) {
      checkZone(call);
      return dateType;
    },
    implementation: { signature: "date(string, string): string", run: dateIn },
  },
  {
    name: "date",
    summary: "Reads a text as a date; it must be YYYY-MM-DD.",
    parameters: [stringType],
    result: dateType,
    implementation: {
      signature: "date(string): string",
      run: (text: string) => plainDate(text.trim()).toString(),
    },
  },
  {
    name: "days",
    summary: "So many days, to add to a date or take from it: due_on + days(14).",
    parameters: [integerType],
    result: daysType,
    implementation: { signature: "days(int): Days", run: (count: bigint) => new Days(Number(count)) },
  },
  {
    name: "days_between",
    summary: "How many days from one date to another; negative when the second comes first.",
    parameters: [dateType, dateType],
    result: integerType,
    implementation: {
      signature: "days_between(string, string): int",
      run: (from: string, to: string) =>
        BigInt(plainDate(from).until(plainDate(to), { largestUnit: "day" }).days),
    },
  },
  {
    name: "iso_week",
    summary: 'The ISO 8601 week of an instant in a time zone, for instance "2026-W48".',
    parameters: [instantType, stringType],
    result(call) {
      checkZone(call);
      return stringType;
    },
    implementation: {
      signature: "iso_week(string, string): string",
      run: (instant: string, zone: string) => isoWeek(dateIn(instant, zone)),
    },
  },
  {
    name: "iso_week",
    summary: "The ISO 8601 week of a date.",
    parameters: [dateType],
    result: stringType,
    implementation: { signature: "iso_week(string): string", run: isoWeek },
  },
];
