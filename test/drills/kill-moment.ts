import type { Random } from "./random.ts";

/**
 * When to kill: so long after the start of the process, or after so many of the run's events; in the second case
 * perhaps not before the next commit, but right after it, when its answer may not have left yet.
 */
export type KillMoment = { afterMs: number } | { afterEvents: number; andMs: number; onCommit: boolean };

/** What an uninterrupted run took. */
export interface Measure {
  /** From the start of the process to the first event of a step. */
  startMs: number;
  /** From the first event to the last. */
  runMs: number;
  events: number;
}

/**
 * A random instant of a run. One in ten falls while the program starts; the others are spread evenly over what
 * the run does. They are counted in events, not in milliseconds, so that they stay spread however slow the
 * machine is; some milliseconds more take them away from the moments at which events are told.
 */
export function randomMoment(random: Random, { startMs, runMs, events }: Measure): KillMoment {
  if (random() < 0.1) return { afterMs: random() * startMs };
  return {
    afterEvents: 1 + Math.floor(random() * (events - 1)),
    andMs: random() * 4 * (runMs / events),
    onCommit: random() < 0.5,
  };
}
