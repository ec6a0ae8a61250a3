import { RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";

/** What a run waits for while nobody holds it: a person's decision about a request, a moment (RFC 3339, UTC), a run's end. */
export type Wait = { approval: string } | { until: string } | { run: string };

/** Thrown by what cannot go on yet. It is no failure: the run is parked, and comes here again. */
export class Waiting extends Error {
  readonly waits: readonly Wait[];

  constructor(waits: readonly Wait[]) {
    super("The run waits.");
    this.waits = waits;
  }
}

/**
 * What has to happen before what threw this error can go on; nothing for any other error. A call that waits for a person
 * has not failed: it is made again, under its key, once its request is decided. (A refusal that names no request cannot be
 * waited for; it is a failure like any other.)
 */
export function waitsOf(error: unknown): readonly Wait[] {
  if (error instanceof Waiting) return error.waits;
  if (!(error instanceof RingmainError) || error.code !== "APPROVAL_REQUIRED") return [];
  const { approval } = isRecord(error.details) ? error.details : {};
  return typeof approval === "string" ? [{ approval }] : [];
}

export function isWait(error: unknown): boolean {
  return waitsOf(error).length > 0;
}

/** The waits of several steps as one. */
export function joinWaits(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const waits = errors.flatMap(waitsOf);
  return new Waiting([...new Map(waits.map((wait) => [JSON.stringify(wait), wait])).values()]);
}

/** The requests among some waits. */
export function approvalsIn(waits: Iterable<Wait>): string[] {
  return [...waits].flatMap((wait) => ("approval" in wait ? [wait.approval] : []));
}

/** The runs among some waits. */
export function runsIn(waits: Iterable<Wait>): string[] {
  return [...waits].flatMap((wait) => ("run" in wait ? [wait.run] : []));
}

/** The first moment among some waits. */
export function earliestIn(waits: Iterable<Wait>): string | undefined {
  return [...waits].flatMap((wait) => ("until" in wait ? [wait.until] : [])).sort()[0];
}
