import { z } from "zod";
import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { EarlyReturn } from "../early-return.ts";
import { recordOf } from "../types.ts";
import { defineStep, template } from "./step-kind.ts";

/** Ends the workflow here, as done, with these outputs instead of those that `outputs` says. */
export const returnStep = defineStep({
  kind: "return",
  summary: "End the workflow early, with its outputs.",
  example: `- id: low
  call: inventory.low_stock
  pages: all
- id: nothing
  if: size(steps.low.items) == 0
  return: {}
- id: task
  call: crm.create_task
  with: { about: DEAL-0001, assignee_id: usr_1, title: Look at the stock }
`,
  written: z.object({
    return: z
      .record(z.string(), template)
      .nullable()
      .transform((values) => values ?? {})
      .describe("The outputs, each that `outputs` of the workflow always gives."),
  }),
  planned: z.object({ values: z.record(z.string(), template) }),

  check({ return: values }, scope) {
    if (scope.beside) {
      const message =
        "Nothing returns from a loop, a parallel step or on_failure: other work would be left half done.";
      const hint = "Return after it, in a step with an if: on its result.";
      scope.report(["return"], { code: "return-not-here", message, hint }, { atKey: true });
    } else {
      scope.checkReturn(values, ["return"]);
    }
    return { members: { values }, result: recordOf({}), ends: !scope.beside };
  },

  async run({ values }, run) {
    const outputs = run.evaluate(values);
    if (!isJsonRecord(outputs)) throw new RingmainError("STEP_FAILED", "The outputs are not an object.");
    run.note({ result: outputs });
    throw new EarlyReturn(outputs);
  },
});

function isJsonRecord(value: Json): value is Record<string, Json> {
  return isRecord(value);
}
