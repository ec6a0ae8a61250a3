import type { CallError, Replay } from "../core/call-meta.ts";
import type { Json } from "../core/json.ts";
import type { RunError } from "./run-error.ts";
import type { RunIdentity } from "./tool-caller.ts";

/**
 * What the engine needs of the audit trail. There is no other journal: a call's entry says that it completed.
 *
 * Everything is synchronous. The `record…` and `mark…` functions are called inside a write transaction that the
 * engine opened on its own connection, and take part in it; they must not begin or end one.
 */
export interface Journal {
  /** The completed calls of a run by step path: results, and errors that another try would not change. */
  read(runId: string): ReadonlyMap<string, JournalRecord>;
  /** Whether the work of a business key is done, in any run. */
  findOnce(key: string): Replay | undefined;
  /** Records that the work of a business key is done. Must do nothing when it is recorded already. */
  markOnce(mark: OnceMark): void;
  /** A run was accepted. */
  recordStart(run: RunIdentity): void;
  /** A run has ended. Called exactly once for a run. */
  recordFinish(run: RunIdentity, ending: RunEnding): void;
}

export type JournalRecord =
  | { entry: number; result: Json; replayed?: Replay | undefined }
  | { entry: number; error: CallError };

interface OnceMark {
  key: string;
  runId: string;
  path: string;
  workflow: string;
  agent: string;
  at: Date;
}

export type RunEnding = { at: Date } & (
  | { status: "done"; outputs: Record<string, Json> }
  | { status: "failed"; error: RunError }
  | { status: "cancelled" }
);
