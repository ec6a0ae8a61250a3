import { RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";

/**
 * The ids of the requests that a person has to decide before what threw this error can go on; none for any other error.
 * A call that waits has not failed: it is made again, under its key, once its request is decided. (A refusal that names
 * no request cannot be waited for; it is a failure like any other.)
 */
export function awaitedApprovals(error: unknown): readonly string[] {
  if (!(error instanceof RingmainError) || error.code !== "APPROVAL_REQUIRED") return [];
  const { approval, approvals } = isRecord(error.details) ? error.details : {};
  if (typeof approval === "string") return [approval];
  return Array.isArray(approvals) ? approvals.map(String) : [];
}

/** Whether it is a wait for a person's decision, and no failure. */
export function isWait(error: unknown): boolean {
  return awaitedApprovals(error).length > 0;
}

/** The waits of several calls as one. */
export function joinWaits(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const approvals = [...new Set(errors.flatMap(awaitedApprovals))];
  const message = `${approvals.length} requests wait for a person's decision.`;
  return new RingmainError("APPROVAL_REQUIRED", message, { details: { approvals } });
}
