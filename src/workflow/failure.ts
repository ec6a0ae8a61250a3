import { type ErrorCode, RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";
import { isWait } from "./waits.ts";

export interface Failure {
  code: ErrorCode;
  message: string;
  hint?: string;
  policies?: readonly string[];
}

/**
 * Whether an error is the failure of a step, which `continue_on_error` may pass over. A bug of this program is not,
 * and neither is what a cancelled or ending run throws, or a call that waits for a person.
 */
export function isFailure(error: unknown, signal: AbortSignal): error is RingmainError {
  return (
    !signal.aborted && error instanceof RingmainError && error.code !== "RUN_CANCELLED" && !isWait(error)
  );
}

/** An error as it is told to whoever watches. Only RingmainError's text leaves the process. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof RingmainError)) return { code: "INTERNAL", message: "A bug in Ringmain." };
  const { code, message, hint, details } = error;
  const policies = isRecord(details) && Array.isArray(details.policies) ? details.policies.map(String) : [];
  return { code, message, ...(hint !== undefined && { hint }), ...(policies.length > 0 && { policies }) };
}

/** Throws what ended the run, when it was ended: the signal's RingmainError, else RUN_CANCELLED. */
export function throwIfEnded(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof RingmainError
    ? reason
    : new RingmainError("RUN_CANCELLED", "The run was cancelled.");
}
