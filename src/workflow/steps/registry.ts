import { askStep } from "./ask.ts";
import { callStep } from "./call.ts";
import { forEachStep } from "./for-each.ts";
import { groupStep } from "./group.ts";
import { parallelStep } from "./parallel.ts";
import { returnStep } from "./return.ts";
import { runStep } from "./run.ts";
import type { StepKind } from "./step-kind.ts";
import { waitStep } from "./wait.ts";

/** Every step kind. A step is of the first kind whose first key it has, so `for_each` stands before the plain group. */
export const stepKinds: readonly StepKind[] = [
  callStep,
  askStep,
  forEachStep,
  parallelStep,
  waitStep,
  runStep,
  returnStep,
  groupStep,
];

const byKind = new Map(stepKinds.map((kind) => [kind.kind, kind]));

/** The kind of a step in a plan. */
export function findStepKind(kind: string): StepKind | undefined {
  return byKind.get(kind);
}
