import type { Problem } from "../core/problem.ts";
import type { ScannedPolicy } from "./scan-policies.ts";

/** A problem in a policy, `start` and `end` being offsets in its own text (UTF-16 units). */
export function policyProblem(
  policy: ScannedPolicy,
  { start, end }: { start: number; end?: number | undefined },
  { code, message, hint }: { code: string; message: string; hint?: string | undefined },
): Problem {
  const place = positionIn(policy, start);
  const until = end === undefined ? undefined : positionIn(policy, end);
  return { code, message, hint, file: policy.file, ...place, endLine: until?.line, endColumn: until?.column };
}

function positionIn(policy: ScannedPolicy, offset: number): { line: number; column: number } {
  const lines = policy.text.slice(0, offset).split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  if (lines.length === 1) return { line: policy.line, column: policy.column + column - 1 };
  return { line: policy.line + lines.length - 1, column };
}
