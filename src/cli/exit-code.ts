import { type ErrorCode, RingmainError } from "../core/errors.ts";
import type { RunStatus } from "../engine/engine.ts";

/** What the process ends with. The numbers are public: scripts compare them. */
export const exitCode = {
  done: 0,
  runFailed: 1,
  usage: 2,
  denied: 3,
  /** A person has to decide first; the same number as a refusal, since nothing was broken either. */
  waiting: 3,
  bug: 70,
  interrupted: 130,
} as const;

const byCode: Partial<Record<ErrorCode, number>> = {
  INPUT_INVALID: exitCode.usage,
  NOT_FOUND: exitCode.usage,
  CONFLICT: exitCode.usage,
  STATE_INVALID: exitCode.usage,
  WORKFLOW_INVALID: exitCode.usage,
  TOOL_CHANGED: exitCode.usage,
  POLICY_DENIED: exitCode.denied,
  APPROVAL_REQUIRED: exitCode.denied,
  APPROVAL_REJECTED: exitCode.denied,
  LIMIT_EXCEEDED: exitCode.denied,
  PAUSED: exitCode.denied,
  INTERNAL: exitCode.bug,
};

/** The exit code for an error; anything that is not a RingmainError is a bug. */
export function exitCodeFor(error: unknown): number {
  return error instanceof RingmainError ? (byCode[error.code] ?? exitCode.runFailed) : exitCode.bug;
}

/** The exit code for a run that is not executed here any more. */
export function exitCodeForRun({ status }: { status: RunStatus }): number {
  if (status === "done") return exitCode.done;
  return status === "waiting" ? exitCode.waiting : exitCode.runFailed;
}
