import { z } from "zod";
import { type Field, recordOf } from "../types.ts";
import { type CheckedStep, defineStep, planSteps, type StepScope, template } from "./step-kind.ts";

const written = z.object({
  steps: z.array(template).min(1),
  else: z.array(template).min(1, "write at least one step").optional(),
});

/** Steps under one `if`, and others where it does not hold. Its result holds theirs by id: `steps.group.inner`. */
export const groupStep = defineStep({
  kind: "group",
  summary: "Some steps under one condition, and others when it does not hold.",
  written,
  planned: z.object({ steps: planSteps, else: planSteps.optional() }),

  check(step, scope) {
    const { steps, results, ends } = scope.checkSteps(step.steps, ["steps"]);
    if (step.else === undefined) return { members: { steps }, result: results, ends };
    return checkElse(step.else, { steps, results, ends }, scope);
  },

  run(step, run) {
    const { path, variables, once, holds } = run;
    return run.runSteps((holds ? step.steps : step.else) ?? [], { path, variables, once });
  },
});

function checkElse(
  written: z.output<typeof template>[],
  then: ReturnType<StepScope["checkSteps"]>,
  scope: StepScope,
): CheckedStep {
  if (!scope.conditional) {
    const hint = "Add the if: that decides between steps and else.";
    scope.report(
      ["else"],
      { code: "else-without-if", message: "An else needs an if.", hint },
      { atKey: true },
    );
  }
  const other = scope.checkSteps(written, ["else"], { otherwise: true });
  const fields = [...then.results.fields, ...other.results.fields].map(([id, field]): [string, Field] => [
    id,
    { ...field, required: false, reason: `Step "${id}" may not have run` },
  ]);
  return {
    members: { steps: then.steps, else: other.steps },
    result: { ...recordOf({}), fields: new Map(fields) },
    ends: then.ends && other.ends,
    always: true,
  };
}
