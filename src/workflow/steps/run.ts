import { z } from "zod";
import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { resolveInputs } from "../inputs.ts";
import type { Plan } from "../plan.ts";
import { defineStep, template } from "./step-kind.ts";

const plan = z.custom<Plan>((value) => isRecord(value) && Array.isArray(value.steps));

/** Runs another workflow as its own agent, and waits for its outputs. Its plan is pinned in this one's. */
export const runStep = defineStep({
  kind: "run",
  summary: "Run another workflow and use its outputs.",
  example: `- id: cash
  run: won-deal-to-cash
  with: { deal_id: DEAL-0031 }
`,
  written: z.object({
    run: z.string().describe("The workflow, by its id: the file's name without `.yaml`."),
    with: z.record(z.string(), template).describe("Its inputs.").default({}),
  }),
  planned: z.object({ plan, with: z.record(z.string(), template) }),

  check({ run: name, with: given }, scope) {
    const workflow = scope.findWorkflow(name, ["run"]);
    if (workflow === undefined) {
      scope.checkTemplate(given, ["with"]);
      return { members: {}, result: { kind: "any" } };
    }
    // What is missing from no `with` at all is told at the name.
    const path = Object.keys(given).length === 0 ? ["run"] : ["with"];
    scope.checkTemplate(given, path, workflow.given);
    const pinned: Json = JSON.parse(JSON.stringify(workflow.plan));
    return { members: { plan: pinned, with: given }, result: workflow.outputs };
  },

  async run({ plan: child, with: given }, { path, outcomes, context, evaluate, note }) {
    const values = evaluate(given);
    if (!isJsonRecord(values)) throw new RingmainError("STEP_FAILED", "The inputs are not an object.");
    const inputs = resolveInputs(child, values);
    const result = await context.runWorkflow({ path, outcomes, plan: child, inputs });
    note({ result });
    return result;
  },
});

function isJsonRecord(value: Json): value is Record<string, Json> {
  return isRecord(value);
}
