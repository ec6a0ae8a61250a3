import { z } from "zod";
import { type ErrorCode, errorCodes, RingmainError, withoutOutcome } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { isFailure } from "./failure.ts";
import type { PlanStep } from "./plan.ts";
import type { RunContext } from "./run-context.ts";
import type { StepRun } from "./steps/step-kind.ts";

/** How a step is attempted, as it stands in a plan. Times are in milliseconds. */
const attemptsOf = z.object({
  retry: z
    .object({
      attempts: z.int(),
      baseMs: z.number(),
      capMs: z.number(),
      on: z.array(z.enum(errorCodes)).optional(),
    })
    .optional(),
  timeout_ms: z.number().optional(),
});
type Attempts = z.output<typeof attemptsOf>;

/** Tried again unless `on` says otherwise: what may pass by itself. */
const passing: ReadonlySet<ErrorCode> = new Set([...withoutOutcome, "MODEL_UNAVAILABLE"]);

/** What one attempt of a step works with. */
export type Attempt = Pick<StepRun, "context" | "outcomes">;

const paths = z.array(z.string());

const known = new WeakMap<PlanStep, Attempts>();

/**
 * Does a step within its `timeout`, and again while it fails with an error that its `retry` names. Throws the last failure.
 *
 * No call that was done is made again, wherever it stands in the step: one that failed is made anew, once for each
 * attempt. Each attempt has the whole time; what a step waits for a person or a moment does not count.
 */
export async function runAttempts(
  step: PlanStep,
  run: Attempt & Pick<StepRun, "path" | "note">,
  work: (attempt: Attempt) => Promise<Json>,
): Promise<Json> {
  const { context, outcomes: around } = run;
  if (step.retry === undefined && step.timeout_ms === undefined)
    return await work({ context, outcomes: around });
  const { retry, timeout_ms: timeoutMs } = known.get(step) ?? attemptsOf.parse(step);
  if (!known.has(step)) known.set(step, { retry, timeout_ms: timeoutMs });
  const { signal } = context;
  const attempts = retry?.attempts ?? 1;
  const repeatable = attempts > 1 ? context.repeatable() : context;
  for (let number = 1; ; number += 1) {
    // within the attempts of a step around this one
    const outcomes = (around - 1) * attempts + number;
    const next = `${run.path}!attempt${outcomes + 1}`;
    if (number > 1) run.note({ attempts: number });
    const begun = number < attempts ? context.recall(next) : undefined;
    if (begun !== undefined) {
      repeatable.restoreUnsettled(run.path, paths.parse(begun));
      continue;
    }
    try {
      return await withinTime({ path: run.path, timeoutMs, context: repeatable }, (inner) =>
        work({ context: inner, outcomes }),
      );
    } catch (error) {
      const codes = retry?.on === undefined ? passing : new Set(retry.on);
      const again = number < attempts && isFailure(error, signal) && codes.has(error.code);
      if (retry === undefined || !again) throw error;
      // executed again, the run must not find that this attempt succeeds after all, and forget the later ones
      await context.remember(next, repeatable.unsettled(run.path));
      await context.backOff(retry, number, signal);
    }
  }
}

async function withinTime(
  { path, timeoutMs, context }: { path: string; timeoutMs: number | undefined; context: RunContext },
  work: (context: RunContext) => Promise<Json>,
): Promise<Json> {
  if (timeoutMs === undefined) return await work(context);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(tookTooLong(path, timeoutMs)), timeoutMs);
  try {
    return await work(context.within(controller.signal));
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(path: string, timeoutMs: number): RingmainError {
  const message = `Step ${path} took longer than ${timeoutMs / 1000} s.`;
  const hint = "What it had begun may be done all the same. Raise its `timeout`, or give it less to do.";
  return new RingmainError("TIMEOUT", message, { hint });
}
