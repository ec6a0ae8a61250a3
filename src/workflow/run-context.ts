import type { Replay } from "../core/call-meta.ts";
import type { Json } from "../core/json.ts";
import type { Plan } from "./plan.ts";

/** What a run's steps may do to the world. An engine supplies it; steps know no other I/O. */
export interface RunContext {
  runId: string;
  /** The run's recorded start: what `now` means in its expressions, also after a resume. */
  startedAt: Date;
  inputs: Record<string, Json>;
  /** Aborted when the run is cancelled, its duration is used up or the process is ending. */
  signal: AbortSignal;
  /**
   * Calls one tool, or answers from the run's journal when this path completed before. Throws RingmainError;
   * one that is not retryable is the outcome of the step and is journalled too. APPROVAL_REQUIRED that names its
   * request (`approval` in its details) is no outcome: the call waits, and the run is parked when nothing else is left
   * to do.
   */
  call(request: CallRequest): Promise<CallAnswer>;
  /** Whether the work of a business key is already done, in any run. */
  findOnce(key: string): Promise<Replay | undefined>;
  /** Records that the work of a business key is done. Safe to repeat. */
  markOnce(key: string, path: string): Promise<void>;
  /**
   * What was remembered at a path, by this execution or an earlier one; undefined when nothing was. Memory is for what the
   * run decided and no call's entry tells.
   */
  recall(path: string): Json | undefined;
  /** Remembers a value at a path until the run ends, unless something is remembered there. */
  remember(path: string, value: Json): Promise<void>;
  /** The same run, for steps that are interrupted when this signal is aborted, too. */
  within(signal: AbortSignal): RunContext;
  /** The same run, for a step that may be attempted again: it keeps the outcomes of its calls meanwhile. */
  repeatable(): RunContext;
  /** The calls of a repeatable step that were sent and have no outcome yet, by path. Another attempt settles them first. */
  unsettled(stepPath: string): string[];
  /** Which those were when an attempt began that is executed again. */
  restoreUnsettled(stepPath: string, paths: readonly string[]): void;
  /**
   * Returns when a moment has come: the one that `due` gave when this path was reached first. A moment far off is no
   * reason to hold the run: then it throws Waiting, and the run is parked until then.
   */
  sleepUntil(path: string, due: (now: Date) => Date): Promise<Date>;
  /**
   * Runs another workflow, or gives what its run came to when this path was reached before. Throws its error, and
   * Waiting while it waits itself.
   */
  runWorkflow(request: WorkflowRequest): Promise<Record<string, Json>>;
  /** Waits before another attempt; rejects when the signal is aborted. */
  backOff(backoff: Backoff, attempt: number, signal: AbortSignal): Promise<void>;
  /** Tells whoever watches. Must not throw. */
  report(event: StepEvent): void;
}

/** How long to wait between attempts, in milliseconds: the first wait is at most `baseMs`; each further one doubles, up to `capMs`. */
export interface Backoff {
  baseMs: number;
  capMs: number;
}

export interface CallRequest {
  /** Stable: step ids from the root, with the loop key in brackets, for instance `remind[inv_3]/send`. */
  path: string;
  /** `server.tool` */
  tool: string;
  arguments: Record<string, Json>;
  /** The business key, when the step has one. */
  once?: string;
  /**
   * How many outcomes the call may have, 1 by default: an earlier one that was a failure is passed over, and the call made
   * anew under a key of its own. One that was done is never made again.
   */
  outcomes?: number;
  timeoutMs?: number;
}

export interface WorkflowRequest {
  path: string;
  plan: Plan;
  /** Read by the plan's schemas, with defaults. */
  inputs: Record<string, Json>;
  /** As for a call: how many runs there may be, of which all but the last failed. */
  outcomes?: number;
}

export interface CallAnswer {
  result: Json;
  /** The sequence number of the call's audit entry. */
  entry: number;
  /** Present when an earlier call did the work: `already done` when a business key found it. */
  replayed?: Replay;
}

/** What happened to a step, for a person who watches. */
export interface StepEvent {
  runId: string;
  path: string;
  /** The path without loop keys: which line of the workflow it is. */
  stepId: string;
  kind: string;
  status: "started" | "done" | "already_done" | "skipped" | "failed" | "waiting";
  /** The requests that a waiting call, or the steps inside, wait for. */
  approvals?: readonly string[];
  /** The runs that a waiting step, or the steps inside, wait for. */
  runs?: readonly string[];
  /** The first moment that a waiting step, or the steps inside, wait for (RFC 3339). */
  until?: string;
  /** `server.tool` of a call. */
  tool?: string;
  entry?: number;
  error?: { code: string; message: string; hint?: string; policies?: readonly string[] };
  /** The step's value, for a call or a loop. */
  result?: Json;
  /** For a loop: how many items, how many failed, how many were already done. */
  counts?: { items: number; failed: number; alreadyDone: number };
  /** How many attempts were made, when there was more than one. */
  attempts?: number;
  /** For an `ask`: that the fallback was used. */
  fallback?: boolean;
}
