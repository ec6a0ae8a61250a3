import { RingmainError } from "../core/errors.ts";
import { type DueTimes, readDueRule } from "./due-times.ts";
import { selectDue } from "./missed.ts";
import { occurrenceRunId, type Schedule, scheduleKey } from "./occurrence.ts";
import type { ScheduleStore } from "./store.ts";

/** What became of a due time. */
export interface Firing {
  workflow: string;
  runId: string;
  dueAt: Date;
  /** `already_started`: by another process, or before a restart. `overlap`: skipped, an earlier run is still under way. */
  outcome: "started" | "already_started" | "overlap" | "failed";
  /** Why it could not be started; it is tried again when the error is retryable. */
  error?: unknown;
}

export interface SchedulerOptions {
  store: ScheduleStore;
  /** Starts the run of a due time with the workflow's default inputs. Idempotent. Returns whether it was new. */
  start(occurrence: { runId: string; workflow: string; dueAt: Date }): Promise<boolean>;
  /** Whether a run of the workflow other than this one has not ended. */
  isActive(workflow: string, exceptRunId: string): Promise<boolean>;
  report(firing: Firing): void;
}

export interface Scheduler {
  /** Takes the place of all schedules. One that was never seen starts from the next tick: it has no past. */
  setSchedules(schedules: readonly Schedule[]): void;
  /** Starts what is due. Call it about once a second; a call while another is under way waits for that one. */
  tick(now: Date): Promise<void>;
}

/** A clock this far behind what was seen has been set back. */
const steppedBackMs = 60_000;

interface Entry {
  schedule: Schedule;
  key: string;
  dueTimes: DueTimes;
  /** Nothing to do before this instant. */
  wakeAt: number;
}

/**
 * Starts one run for each due time, however many processes do so for the same store: each computes the same
 * run ids, and starting is idempotent. The stored position only says where to look from. Starts come before
 * the position moves, so that a process killed in between leaves work to be done again, never undone.
 *
 * When the clock is set back, the position goes back with it; due times that have their run do not get another.
 */
export function createScheduler({ store, start, isActive, report }: SchedulerOptions): Scheduler {
  let entries: Entry[] = [];
  let wakeAt = 0;
  let lastTick = 0;
  let running: Promise<void> | undefined;

  /** Returns false when the due time must be tried again. */
  const fire = async ({ workflow, overlap }: Schedule, dueAt: Date): Promise<boolean> => {
    const runId = occurrenceRunId(workflow, dueAt);
    const firing = { workflow, runId, dueAt };
    try {
      if (overlap === "skip" && (await isActive(workflow, runId))) {
        report({ ...firing, outcome: "overlap" });
        return true;
      }
      const created = await start({ runId, workflow, dueAt });
      report({ ...firing, outcome: created ? "started" : "already_started" });
      return true;
    } catch (error) {
      report({ ...firing, outcome: "failed", error });
      return !(error instanceof RingmainError && error.retryable);
    }
  };

  const settle = async ({ schedule, key, dueTimes }: Entry, now: Date): Promise<Date> => {
    const { workflow } = schedule;
    const stored = store.seenThrough(workflow, key);
    if (stored === undefined || stored.getTime() - now.getTime() > steppedBackMs) {
      await store.advance(workflow, key, stored, now);
      return now;
    }
    if (now <= stored) return stored;
    const { due, seenThrough } = selectDue({ dueTimes, policy: schedule, seenThrough: stored, now });
    for (const dueAt of due) if (!(await fire(schedule, dueAt))) return stored;
    await store.advance(workflow, key, stored, seenThrough);
    return seenThrough;
  };

  const run = async (now: Date) => {
    const steppedBack = now.getTime() < lastTick;
    lastTick = now.getTime();
    if (now.getTime() < wakeAt && !steppedBack) return;
    const current = entries;
    let earliest = Number.POSITIVE_INFINITY;
    for (const entry of current) {
      if (entry.wakeAt <= now.getTime() || steppedBack) {
        const seenThrough = await settle(entry, now);
        entry.wakeAt = entry.dueTimes.next(seenThrough)?.getTime() ?? Number.POSITIVE_INFINITY;
      }
      earliest = Math.min(earliest, entry.wakeAt);
    }
    // Schedules that were replaced meanwhile are looked at with the next tick.
    wakeAt = entries === current ? earliest : 0;
  };

  return {
    setSchedules(schedules) {
      const keyed = schedules.map((schedule) => ({ schedule, key: scheduleKey(schedule) }));
      const distinct = new Map(keyed.map((item) => [`${item.schedule.workflow} ${item.key}`, item]));
      entries = [...distinct.values()].map((item) => ({
        ...item,
        dueTimes: readDueRule(item.schedule),
        wakeAt: 0,
      }));
      wakeAt = 0;
    },
    tick(now) {
      running ??= run(now).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
