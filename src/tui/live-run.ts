import { isRecord, type Json } from "../core/json.ts";
import type { RunSummary, StartedRun, StepOutline, StepReport } from "./port.ts";

/** A run that this screen started, as its step reports have told it so far. Times are milliseconds since 1970. */
export interface LiveRun {
  runId: string;
  workflow: string;
  name: string;
  agent: string;
  steps: readonly StepOutline[];
  startedAt: number;
  endedAt?: number;
  /** Absent while it is executed. */
  ended?: RunSummary;
  /** By step id. */
  progress: Readonly<Record<string, StepProgress>>;
  /** The first of them; `failureCount` counts all. */
  failures: readonly StepFailure[];
  failureCount: number;
}

/** What the reports about one line of the workflow add up to. */
export interface StepProgress {
  started: number;
  done: number;
  alreadyDone: number;
  skipped: number;
  refused: number;
  failed: number;
  fallback: number;
  /** Steps that wait for a person or a moment, and the steps around them. */
  waiting: number;
  /** Whether it is a person that one of them waits for. */
  asks?: boolean;
  firstAt: number;
  lastAt: number;
  /** How many items a list had. */
  found?: number;
  /** What a loop counted at its end. */
  counts?: { items: number; failed: number; alreadyDone: number };
  /** Items of a loop whose work had been done before. */
  itemsAlreadyDone: number;
  /** Whether it runs once a loop item, so that its counts say something. */
  repeated: boolean;
}

export interface StepFailure {
  path: string;
  stepId: string;
  code: string;
  message: string;
  policies: readonly string[];
  refused: boolean;
}

const mostFailuresKept = 100;
const refusals = ["POLICY_DENIED", "APPROVAL_REQUIRED", "APPROVAL_REJECTED", "LIMIT_EXCEEDED", "PAUSED"];

/** A run of which nothing is known yet but its steps. */
export function beginLiveRun(run: Omit<StartedRun, "ended">, now: number): LiveRun {
  const { runId, workflow, name, agent, steps } = run;
  return { runId, workflow, name, agent, steps, startedAt: now, progress: {}, failures: [], failureCount: 0 };
}

/** A report and when it came. */
export interface TimedReport {
  step: StepReport;
  at: number;
}

/** The run after some reports. Copies once, however many there are. */
export function foldSteps(run: LiveRun, reports: readonly TimedReport[]): LiveRun {
  const progress = { ...run.progress };
  const failures = [...run.failures];
  let { failureCount } = run;
  for (const { step, at } of reports) {
    progress[step.stepId] = foldStep(progress[step.stepId], step, at);
    const failure = failureOf(step);
    if (failure === undefined || failures.some((known) => passedOn(known, failure))) continue;
    failureCount += 1;
    if (failures.length < mostFailuresKept) failures.push(failure);
  }
  return { ...run, progress, failures, failureCount };
}

function foldStep(before: StepProgress | undefined, report: StepReport, at: number): StepProgress {
  const { status, kind, counts, path, stepId, fallback, result } = report;
  const step = { ...(before ?? untouched(at)), lastAt: at };
  if (path !== stepId && kind !== "item") step.repeated = true;
  if (fallback === true) step.fallback += 1;
  if (counts !== undefined) step.counts = addCounts(step.counts, counts);
  const found = kind === "call" ? listLength(result) : undefined;
  if (found !== undefined) step.found = found;
  if (kind === "item") {
    if (status === "already_done") step.itemsAlreadyDone += 1;
  } else if (status === "started") step.started += 1;
  else if (status === "done") step.done += 1;
  else if (status === "already_done") step.alreadyDone += 1;
  else if (status === "skipped") step.skipped += 1;
  else if (status === "waiting") {
    step.waiting += 1;
    if (report.approvals !== undefined) step.asks = true;
  } else if (isRefusal(report.error?.code)) step.refused += 1;
  else step.failed += 1;
  return step;
}

function untouched(at: number): StepProgress {
  const none = { started: 0, done: 0, alreadyDone: 0, skipped: 0, refused: 0, failed: 0, fallback: 0 };
  return { ...none, waiting: 0, firstAt: at, lastAt: at, itemsAlreadyDone: 0, repeated: false };
}

function addCounts(a: StepProgress["counts"], b: NonNullable<StepProgress["counts"]>) {
  if (a === undefined) return b;
  return {
    items: a.items + b.items,
    failed: a.failed + b.failed,
    alreadyDone: a.alreadyDone + b.alreadyDone,
  };
}

function listLength(result: Json | undefined): number | undefined {
  return isRecord(result) && Array.isArray(result.items) ? result.items.length : undefined;
}

function isRefusal(code: string | undefined): boolean {
  return code !== undefined && refusals.includes(code);
}

function failureOf({ status, error, path, stepId }: StepReport): StepFailure | undefined {
  if (status !== "failed" || error === undefined) return undefined;
  const { code, message, policies = [] } = error;
  return { path, stepId, code, message, policies, refused: isRefusal(code) };
}

/** Whether a failure is the one of a nested step, which its loop or group only passed on. */
function passedOn(known: StepFailure, failure: StepFailure): boolean {
  return known.code === failure.code && known.stepId.startsWith(`${failure.stepId}/`);
}

/** How many of a step's executions are under way. A skipped one was never started. */
export function underWay({ started, done, alreadyDone, refused, failed, waiting }: StepProgress): number {
  return Math.max(0, started - done - alreadyDone - refused - failed - waiting);
}
