import { Cron } from "croner";
import { messageOf, RingmainError } from "../core/errors.ts";

/** When a workflow is due. */
export interface DueRule {
  /** Five fields, or six with seconds first. */
  cron: string;
  /** IANA name, for instance Europe/Paris. */
  timezone: string;
}

/** Computes due times. Pure: the same question always has the same answer. */
export interface DueTimes {
  /** The first due time strictly after an instant, or undefined when there is none ever. */
  next(after: Date): Date | undefined;
  /** The due times strictly after `after`, up to and including `upTo`, oldest first, at most `limit`. */
  between(after: Date, upTo: Date, limit: number): Date[];
  /** The newest due time strictly after `after`, up to and including `upTo`. */
  latest(after: Date, upTo: Date): Date | undefined;
}

/**
 * Reads a rule. Daylight saving: a time of day that the spring change skips is due when the clock has jumped
 * (same day); one that the autumn change repeats is due once, the first time. A rule with a wildcard or a step in
 * seconds, minutes or hours means an interval and goes by elapsed time: due in both repeated hours, not due
 * in the skipped one.
 *
 * Throws WORKFLOW_INVALID for a cron text or a time zone that cannot be read.
 */
export function readDueRule({ cron, timezone }: DueRule): DueTimes {
  const pattern = parse(cron, timezone);
  const next = (after: Date) => pattern.nextRun(floorToSecond(after)) ?? undefined;
  return {
    next,
    between(after, upTo, limit) {
      const times: Date[] = [];
      let time = next(after);
      while (time !== undefined && time <= upTo && times.length < limit) {
        times.push(time);
        time = next(time);
      }
      return times;
    },
    latest(after, upTo) {
      // Croner looks strictly before an instant, in whole seconds.
      const [time] = pattern.previousRuns(1, new Date(floorToSecond(upTo).getTime() + 1_000));
      return time !== undefined && time > after ? time : undefined;
    },
  };
}

function parse(cron: string, timezone: string): Cron {
  try {
    const pattern = new Cron(cron, {
      timezone,
      paused: true,
      mode: "5-or-6-parts",
      // `30 2,14 * * *` means two times of day, not an interval.
      fixedTimeRule: "no-wildcard",
    });
    // Croner finds an unknown time zone only when it computes.
    pattern.nextRun(new Date(0));
    return pattern;
  } catch (error) {
    throw new RingmainError("WORKFLOW_INVALID", `The schedule "${cron}" in ${timezone} cannot be read.`, {
      hint: "Write five cron fields such as 0 8 * * 1-5, and an IANA time zone such as Europe/Paris.",
      cause: messageOf(error),
    });
  }
}

function floorToSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1_000) * 1_000);
}
