import { z } from "zod";
import { defineStep, planSteps, template } from "./step-kind.ts";

/** Steps under one `if`. Its result holds theirs by id: `steps.group.inner`. */
export const groupStep = defineStep({
  kind: "group",
  summary: "Some steps under one condition.",
  written: z.object({ steps: z.array(template).min(1) }),
  planned: z.object({ steps: planSteps }),

  check(step, scope) {
    const { steps, results, ends } = scope.checkSteps(step.steps, ["steps"]);
    return { members: { steps }, result: results, ends };
  },

  run(step, run) {
    const { path, variables, once } = run;
    return run.runSteps(step.steps, { path, variables, once });
  },
});
