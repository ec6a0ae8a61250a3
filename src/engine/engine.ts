import type { Json } from "../core/json.ts";
import type { Plan } from "../workflow/plan.ts";
import type { StepEvent } from "../workflow/run-context.ts";
import type { RunError } from "./run-error.ts";

/**
 * Durable runs. A run that was started is executed to its end, by this process or by another one, whatever dies
 * in between; no two processes execute it at the same time. Every implementation passes
 * `test/contract/engine.suite.ts`.
 */
export interface Engine {
  /**
   * Records a run for a worker to execute. Idempotent: when the id is taken, the run that has it is returned
   * unchanged and `created` is false.
   */
  start(request: StartRequest): Promise<{ run: Run; created: boolean }>;

  /**
   * Starts a run and executes it here, in one step, so that no worker gets in between. A run that exists
   * already is resumed, or returned when it has ended.
   */
  run(request: StartRequest, options?: ExecuteOptions): Promise<Run>;

  /**
   * Executes a pending, interrupted or waiting run here and waits for it. Returns the run as it is afterwards: ended;
   * `waiting` when a person has to decide first or a moment to come; or still `running` when `close` interrupted it or another process took
   * it over. A run that ended before is returned as it is. Throws NOT_FOUND, and STATE_INVALID when another living process is executing it.
   */
  resume(runId: string, options?: ExecuteOptions): Promise<Run>;

  /**
   * Ends a run that has not ended. At once when nobody executes it or this process does, otherwise within one
   * lease renewal. Safe to repeat. Throws NOT_FOUND, and STATE_INVALID when the run is done or failed.
   */
  cancel(runId: string): Promise<Run>;

  get(runId: string): Promise<RunDetails | undefined>;

  /** The newest runs first. */
  list(filter?: RunFilter): Promise<Run[]>;

  /**
   * Claims and executes runs until it is stopped: pending and interrupted ones, and those that wait as soon as one of
   * their requests was decided or a moment that they wait for has come.
   */
  runWorker(options: WorkerOptions): Worker;

  /** Interrupts what runs here and frees it, so that another process can resume it at once. */
  close(): Promise<void>;
}

export interface StartRequest {
  /** Time-ordered: `run_<uuid v7>`, or `sched/<workflow>/<due time>`. */
  runId: string;
  /** Pinned: later edits of the workflow file do not reach this run. */
  plan: Plan;
  /** Already checked against the plan's input schemas, with defaults filled in. */
  inputs: Record<string, Json>;
  /** A principal, or `schedule:<workflow>`. */
  startedBy: string;
}

export interface ExecuteOptions {
  /** Told what happens to each step while the run is executed here. */
  report?: ((event: StepEvent) => void) | undefined;
}

export interface WorkerOptions extends ExecuteOptions {
  /** How many runs at most at the same time. */
  concurrency: number;
  /** Only runs that waited, and can go on now; no others are claimed. */
  only?: "parked" | undefined;
  /** Told of each run that was claimed, before its first step; `ended` rejects when the store fails. Must not throw. */
  taken?: ((run: RunDetails, ended: Promise<Run>) => void) | undefined;
  /** Told when a run is no longer executed here: it has ended, waits for a person, or was freed or taken over. Must not throw. */
  ended?: ((run: Run) => void) | undefined;
  /** How often to look for runs that other processes started or left behind. Default 500. */
  pollMs?: number;
}

export interface Worker {
  /** Claims nothing more and waits for the runs under way. */
  stop(): Promise<void>;
}

/** `waiting`: parked until a person decides about a call or a moment comes; no process and no slot holds it. */
export const runStatuses = ["pending", "running", "waiting", "done", "failed", "cancelled"] as const;
export type RunStatus = (typeof runStatuses)[number];

/** A step that waits: for the decision about a request, until a moment (RFC 3339, UTC), or for the end of a run. */
export interface AwaitedStep {
  step: string;
  approval?: string;
  until?: string;
  run?: string;
}

export interface Run {
  id: string;
  workflow: string;
  /** The agent that acts, without the `agent:` prefix. */
  agent: string;
  /** SHA-256 of the pinned plan's canonical JSON, in hex. */
  planHash: string;
  inputs: Record<string, Json>;
  status: RunStatus;
  /** `running`, but nobody executes it: its process died or was closed. It can be resumed at once. */
  interrupted: boolean;
  cancelRequested: boolean;
  startedBy: string;
  /** The run of which a step runs this one. */
  parent?: string;
  createdAt: Date;
  /** When it was first executed: what `now` means in its expressions. */
  startedAt?: Date;
  finishedAt?: Date;
  outputs?: Record<string, Json>;
  error?: RunError;
  /** Present while it is `waiting`. */
  waitsFor?: AwaitedStep[];
  /** When its inputs, its outputs and the text of its error were erased. */
  erasedAt?: Date;
}

export interface RunDetails extends Run {
  plan: Plan;
}

export interface RunFilter {
  /** The runs that a run has begun; null for those that no run has begun. */
  parent?: string | null | undefined;
  workflow?: string | undefined;
  status?: readonly RunStatus[] | undefined;
  /** Only runs that are interrupted. */
  interrupted?: true | undefined;
  /** Default 100. */
  limit?: number | undefined;
}
