import { RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Plan } from "../../workflow/plan.ts";
import type { RunContext, StepEvent } from "../../workflow/run-context.ts";
import { isWait, type Wait } from "../../workflow/waits.ts";
import type { Journal, RunEnding } from "../journal.ts";
import type { Delay } from "../retry.ts";
import { createRunContext, type RunContextOptions } from "../run-context.ts";
import { type Fault, toRunError } from "../run-error.ts";
import type { CallTool, ExecutePlan, RunIdentity } from "../tool-caller.ts";
import { unlessAborted } from "../unless-aborted.ts";

/** Why an execution was stopped before its plan came to an end. */
type StopReason = "cancelled" | "timeout" | "closing" | "lost";

const stopErrors: Record<StopReason, () => RingmainError> = {
  cancelled: () => new RingmainError("RUN_CANCELLED", "The run was cancelled."),
  timeout: () =>
    new RingmainError("TIMEOUT", "The run took longer than its workflow allows.", {
      hint: "Raise `duration` under `limits` in the workflow, or give it less to do.",
    }),
  closing: () => new RingmainError("STATE_INVALID", "The run was interrupted; it can be resumed."),
  lost: () => new RingmainError("STATE_INVALID", "Another process has taken the run over."),
};

export interface ExecutionOptions {
  identity: RunIdentity;
  /** Reads the pinned plan; throws when it was tampered with. */
  readPlan: () => Plan;
  startedAt: Date;
  /** How much of the plan's duration earlier executions have used up. */
  usedMs: number;
  /** Reads what earlier executions completed, by path. */
  readJournal: () => ReturnType<Journal["read"]>;
  /** Reads what earlier executions remembered. */
  readMemory: () => ReadonlyMap<string, Json>;
  remember: RunContext["remember"];
  runWorkflow: RunContextOptions["runWorkflow"];
  findWorkflow: RunContextOptions["findWorkflow"];
  cancelWorkflow: RunContextOptions["cancelWorkflow"];
  /** Reads which calls wait for a person, by path, and for which request. */
  readUndecided: () => ReadonlyMap<string, string>;
  findOnce: Journal["findOnce"];
  markOnce: RunContext["markOnce"];
  openCaller: (limits: Plan["limits"]) => Promise<CallTool>;
  executePlan: ExecutePlan;
  delay: Delay;
  random: () => number;
  now: () => Date;
  onFault: (fault: Fault) => void;
}

/** Nothing is left to do until a person decides or a moment comes: the steps that wait, by path. */
export interface Parking {
  status: "waiting";
  waits: ReadonlyMap<string, Wait>;
}

/** One execution of a run by this process. */
export interface Execution {
  /** Settles with how the run ended or was parked, or undefined when it goes on elsewhere. Never rejects. */
  ending: Promise<RunEnding | Parking | undefined>;
  /** Aborts it; only the first reason counts. Returns the error that its steps see. */
  stop(reason: StopReason): unknown;
  /** Adds somebody who wants to be told about its steps. */
  watch(report: (event: StepEvent) => void): void;
}

/** Executes a plan from its beginning, over what the journal says is done. */
export function beginExecution(options: ExecutionOptions): Execution {
  const { identity, startedAt, now, onFault } = options;
  const controller = new AbortController();
  const watchers = new Set<(event: StepEvent) => void>();
  let stopped: StopReason | undefined;

  const stop = (reason: StopReason): unknown => {
    stopped ??= reason;
    if (!controller.signal.aborted) controller.abort(stopErrors[stopped]());
    return controller.signal.reason;
  };
  const report = (event: StepEvent) => {
    // A step that was interrupted has not failed: it goes on elsewhere.
    if (stopped === "closing" || stopped === "lost") return;
    for (const watcher of watchers) {
      try {
        watcher(event);
      } catch {
        // a watcher never disturbs a run
      }
    }
  };

  const execute = async (): Promise<RunEnding | Parking | undefined> => {
    const waits = new Map<string, Wait>();
    let cancelDeadline = () => {};
    try {
      const plan = options.readPlan();
      cancelDeadline = onDeadline(plan.limits.durationMs, options.usedMs, () => stop("timeout"));
      const completed = options.readJournal();
      const callTool = await unlessAborted(options.openCaller(plan.limits), controller.signal);
      const context = createRunContext({
        runId: identity.runId,
        startedAt,
        inputs: identity.inputs,
        signal: controller.signal,
        completed,
        memory: options.readMemory(),
        remember: options.remember,
        undecided: options.readUndecided(),
        waits: (path, wait) => void waits.set(path, wait),
        callTool,
        findOnce: options.findOnce,
        markOnce: options.markOnce,
        report,
        runWorkflow: options.runWorkflow,
        findWorkflow: options.findWorkflow,
        cancelWorkflow: options.cancelWorkflow,
        now,
        delay: options.delay,
        random: options.random,
      });
      // Once stopped, the plan is not waited for: whatever it still does, its context refuses to act.
      const outputs = await unlessAborted(options.executePlan(plan, context), controller.signal);
      return { status: "done", outputs, at: now() };
    } catch (error) {
      if (stopped !== undefined) return endingOfStop();
      if (isWait(error)) return { status: "waiting", waits };
      return { status: "failed", error: toRunError(identity.runId, error, onFault), at: now() };
    } finally {
      cancelDeadline();
    }
  };

  const endingOfStop = (): RunEnding | undefined => {
    if (stopped === "cancelled") return { status: "cancelled", at: now() };
    if (stopped !== "timeout") return undefined;
    return {
      status: "failed",
      error: toRunError(identity.runId, stopErrors.timeout(), onFault),
      at: now(),
    };
  };

  return { ending: execute(), stop, watch: (watcher) => void watchers.add(watcher) };
}

/** Node fires a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1;

function onDeadline(limitMs: number | undefined, usedMs: number, expire: () => void): () => void {
  if (limitMs === undefined || limitMs - usedMs > longestTimerMs) return () => {};
  const timer = setTimeout(expire, Math.max(0, limitMs - usedMs));
  return () => clearTimeout(timer);
}
