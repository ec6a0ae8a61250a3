import { isMark, type Mark } from "../core/marks.ts";
import type { ScannedPolicy } from "./scan-policies.ts";

/** What a policy does when its conditions hold. */
type Withholding =
  | { kind: "forbid"; marks: readonly [] }
  | { kind: "mask"; marks: readonly Mark[] }
  | { kind: "records"; marks: readonly [] };

const refusal: Withholding = { kind: "forbid", marks: [] };

/**
 * Reads `@mask("personal, secret")` and `@records` before a forbid. Anything that is not clearly one of them (an unknown
 * mark, both, one beside `@approval`, a policy that does not read as one) leaves a plain forbid, which refuses.
 */
export function withholdingOf({ annotations, effect }: ScannedPolicy): Withholding {
  const mask = annotations.get("mask");
  const records = annotations.has("records");
  if (effect !== "forbid" || annotations.has("approval") || (mask !== undefined && records)) return refusal;
  if (records) return { kind: "records", marks: [] };
  if (mask === undefined) return refusal;
  const named = marksNamed(mask);
  return named.length > 0 && named.every(isMark) ? { kind: "mask", marks: named.filter(isMark) } : refusal;
}

/** The marks that a `@mask` names, separated by commas, as they are written. */
export function marksNamed(annotation: string): string[] {
  const names = annotation.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}
