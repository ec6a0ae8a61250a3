import type { DueTimes } from "./due-times.ts";
import type { Schedule } from "./occurrence.ts";

/** A due time noticed this late is still on time: heartbeats come late, and a successor takes over. */
const onTimeMs = 60_000;

/** How many due times are made up for at once; the rest follows with the next heartbeats. */
const batch = 100;

export interface Selection {
  /** To be run, oldest first. */
  due: Date[];
  /** Up to here every due time is either in `due` or has been missed for good. */
  seenThrough: Date;
}

/**
 * Decides which due times in (seenThrough, now] are to be run. Those on time always are. Of older ones `skip`
 * runs none, `latest` the newest unless one is on time, `all` every one; none that is later than `withinMs`.
 */
export function selectDue(options: {
  dueTimes: DueTimes;
  policy: Pick<Schedule, "missed" | "withinMs">;
  seenThrough: Date;
  now: Date;
}): Selection {
  const { dueTimes, policy, seenThrough, now } = options;
  const ago = (ms: number) => new Date(Math.max(seenThrough.getTime(), now.getTime() - ms));
  const onTimeFrom = ago(Math.min(onTimeMs, policy.withinMs ?? onTimeMs));
  const earliest = policy.withinMs === undefined ? seenThrough : ago(policy.withinMs);

  if (policy.missed === "all") {
    const due = dueTimes.between(earliest, now, batch);
    return { due, seenThrough: due.length < batch ? now : (due.at(-1) ?? now) };
  }
  const onTime = dueTimes.between(onTimeFrom, now, batch);
  if (onTime.length > 0 || policy.missed === "skip") return { due: onTime, seenThrough: now };
  const newest = dueTimes.latest(earliest, onTimeFrom);
  return { due: newest === undefined ? [] : [newest], seenThrough: now };
}
