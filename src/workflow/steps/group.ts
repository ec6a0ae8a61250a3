import { z } from "zod";
import { type Field, recordOf } from "../types.ts";
import {
  type CheckedStep,
  defineStep,
  planSteps,
  type StepScope,
  type template,
  writtenSteps,
} from "./step-kind.ts";

const written = z.object({
  steps: writtenSteps.describe("What is done, under the `if` of the group."),
  else: writtenSteps.describe("What is done where the `if` does not hold.").optional(),
});

/** Steps under one `if`, and others where it does not hold. Its result holds theirs by id: `steps.group.inner`. */
export const groupStep = defineStep({
  kind: "group",
  summary: "Some steps under one condition, and others when it does not hold.",
  example: `- id: low
  call: inventory.low_stock
  pages: all
- id: which
  if: size(steps.low.items) > 10
  steps:
    - id: many
      call: crm.create_task
      with: { about: DEAL-0001, assignee_id: usr_1, title: Look at the stock }
  else:
    - id: few
      call: accounting.list_invoices
`,
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
