import { z } from "zod";
import { errorCodes, RingmainError } from "../core/errors.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { RunContext } from "./run-context.ts";

const stored = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  policies: z.array(z.string()).optional(),
  step: z.string().optional(),
});

type Memory = Pick<RunContext, "recall" | "remember">;

/**
 * Makes a failure final before the run goes on after it. Executed again, or in another attempt of a step around, the step
 * might succeed after all, and what came after it would not fit any more: a call that nobody knows the end of would be
 * sent again with other arguments.
 */
export function passOver(path: string, error: RingmainError, memory: Memory): Promise<void> {
  const { code, message, hint, details } = error;
  const { policies, step } = isRecord(details) ? details : {};
  const value: Record<string, Json> = { code, message };
  if (hint !== undefined) value.hint = hint;
  if (Array.isArray(policies)) value.policies = policies.map(String);
  if (typeof step === "string") value.step = step;
  return memory.remember(failureAt(path), value);
}

/** The failure at a path that this run has gone on after, if any. */
export function passedFailure(path: string, memory: Memory): RingmainError | undefined {
  const value = memory.recall(failureAt(path));
  if (value === undefined) return undefined;
  const { code, message, hint, ...details } = stored.parse(value);
  return new RingmainError(code, message, { hint, details });
}

function failureAt(path: string): string {
  return `${path}!failed`;
}
