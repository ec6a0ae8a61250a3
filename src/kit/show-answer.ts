import { RingmainError } from "../core/errors.ts";
import { canonicalJson, isRecord } from "../core/json.ts";
import type { Identity } from "../identity/principal.ts";
import type { Access } from "../policy/access.ts";
import type { AnswerLimits } from "../policy/answer-limits.ts";
import type { Attempt } from "./call.ts";

/**
 * Notes in the attempt what the caller is shown of its result, where policies withhold some of it. The result itself
 * stays whole: it is what the trail keeps, and what another caller may be shown more of.
 */
export function showAnswer(attempt: Attempt, limits: AnswerLimits | undefined): void {
  if (limits === undefined || attempt.result === undefined) return;
  const result: unknown = JSON.parse(attempt.result);
  const shown = limits.show(isRecord(result) ? result : {});
  if (shown.withheld.length === 0) return;
  attempt.shown = canonicalJson(shown.result);
  noteWithheld(attempt, shown.withheld);
}

export function noteWithheld(attempt: Attempt, withheld: readonly string[]): void {
  attempt.withheld = [...new Set([...(attempt.withheld ?? []), ...withheld])].sort();
}

/** An error as a caller may read it: where policies withhold fields or records, its hint shows no record. */
export function errorFor(
  error: RingmainError,
  { access, identity, tools }: { access: Access; identity: Identity; tools: readonly string[] },
): RingmainError {
  const { code, message, hintWithoutRecord: hint, retryable } = error;
  if (hint === undefined || !tools.some((tool) => access.withholds(identity, tool))) return error;
  return new RingmainError(code, message, { hint, retryable, cause: error });
}
