import type { DueRule } from "./due-times.ts";

/** What happens to due times at which nothing ran (`missed` in a workflow). */
type MissedPolicy = "skip" | "latest" | "all";

/** What happens when a run of the workflow is still under way (`overlap`). */
type OverlapPolicy = "skip" | "allow";

/** One entry of a workflow's `on.schedule`. */
export interface Schedule extends DueRule {
  workflow: string;
  missed: MissedPolicy;
  /** How late a due time may still be made up for, in milliseconds. Without it: however late. */
  withinMs?: number | undefined;
  overlap: OverlapPolicy;
}

/** What identifies a schedule within its workflow. Another cron text or zone is another schedule, seen for the first time. */
export function scheduleKey({ cron, timezone }: DueRule): string {
  return `${cron} ${timezone}`;
}

/**
 * The id of the run for one due time. Every process computes the same, so that starting the run, which is
 * idempotent, is the claim. Two schedules of a workflow that are due at the same instant share the run.
 */
export function occurrenceRunId(workflow: string, dueAt: Date): string {
  return `sched/${workflow}/${dueAt.toISOString()}`;
}
