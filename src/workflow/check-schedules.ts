import { Cron } from "croner";
import { messageOf } from "../core/errors.ts";
import { isTimeZone } from "./functions/dates.ts";
import type { WrittenSchedule } from "./parse.ts";
import type { PlanSchedule } from "./plan.ts";
import { type Report, readDuration } from "./read-duration.ts";
import type { Fault } from "./types.ts";

/** Any instant will do to ask whether a pattern ever comes due; a fixed one keeps the check pure. */
const someInstant = new Date("2026-01-01T00:00:00Z");

/** Checks the entries of `on.schedule`. */
export function checkSchedules(written: readonly WrittenSchedule[], report: Report): PlanSchedule[] {
  return written.map((schedule, index) => {
    const path = ["on", "schedule", index];
    const { cron, timezone, missed, overlap, within } = schedule;
    const zone = isTimeZone(timezone);
    if (!zone) {
      const hint = "Use a name of the IANA database, for instance Europe/Paris or UTC.";
      const message = `There is no time zone "${timezone}".`;
      report([...path, "timezone"], { code: "time-zone", message, hint });
    }
    const fault = cronFault(cron, zone ? timezone : "UTC");
    if (fault) report([...path, "cron"], fault);
    const withinMs = within === undefined ? undefined : readDuration(within, [...path, "within"], report);
    return { cron, timezone, missed, overlap, ...(withinMs !== undefined && { withinMs }) };
  });
}

function cronFault(cron: string, timezone: string): Fault | undefined {
  const hint = 'Fields: minute hour day month weekday, for instance "0 8 * * 1-5".';
  try {
    const next = new Cron(cron, { paused: true, timezone, mode: "5-or-6-parts" }).nextRun(someInstant);
    return next ? undefined : { code: "cron", message: `"${cron}" never comes due.`, hint };
  } catch (error) {
    const message = messageOf(error).replace(/^CronPattern: /, "");
    return { code: "cron", message: `"${cron}" is not a cron pattern: ${message}.`, hint };
  }
}
