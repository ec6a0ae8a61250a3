import { z } from "zod";
import type { Json } from "../../core/json.ts";
import { isFailure } from "../failure.ts";
import { passedFailure, passOver } from "../passed-failure.ts";
import { runLimited } from "../run-limited.ts";
import type { Field } from "../types.ts";
import { defineStep, planSteps, writtenSteps } from "./step-kind.ts";

const branchName = z.string().regex(/^[a-z_][a-z0-9_]*$/, "use lower case letters, digits and _");

/**
 * Runs named branches side by side. Its result holds theirs by name: `steps.both.stock.low`. A branch sees what stands
 * above the step and its own steps, never another branch's.
 *
 * A branch that fails interrupts no other: all come to their end, then the failure of the first one in the file is the
 * step's. So what a run has done does not depend on which branch was quicker. With `continue_on_error` the results of
 * the branches that failed are left out.
 */
export const parallelStep = defineStep({
  kind: "parallel",
  summary: "Run named branches side by side.",
  example: `- id: both
  parallel:
    money:
      - id: overdue
        call: accounting.list_invoices
        pages: all
    goods:
      - id: low
        call: inventory.low_stock
        pages: all
`,
  written: z.object({
    parallel: z
      .record(branchName, writtenSteps)
      .refine((branches) => Object.keys(branches).length > 0, "write at least one branch")
      .describe("The steps of each branch, by its name."),
    continue_on_error: z
      .boolean()
      .describe("Go on when a branch has failed, without its results.")
      .default(false),
  }),
  planned: z.object({
    /** A list, for a plan's JSON does not keep the order of members. */
    branches: z.array(z.object({ name: z.string(), steps: planSteps })),
    continue_on_error: z.boolean(),
  }),
  handlesErrors: true,

  check({ parallel, continue_on_error }, scope) {
    const fields = new Map<string, Field>();
    const branches = Object.entries(parallel).map(([name, written]): Json => {
      const { steps, results } = scope.checkSteps(written, ["parallel", name], { beside: true });
      fields.set(name, {
        type: results,
        required: !continue_on_error,
        reason: `Branch "${name}" may have failed`,
      });
      return { name, steps };
    });
    return {
      members: { branches, continue_on_error },
      result: { kind: "record", fields, closed: true },
    };
  },

  async run({ branches, continue_on_error }, run) {
    const { signal } = run.context;
    const outcomes = await runLimited(branches, {
      limit: branches.length,
      signal,
      async run({ name, steps }): Promise<[string, Json][]> {
        const inside = { path: `${run.path}/${name}`, stepId: `${run.stepId}/${name}` };
        const { variables, once } = run;
        try {
          const passed = passedFailure(inside.path, run.context);
          if (passed !== undefined) throw passed;
          return [[name, await run.runSteps(steps, { ...inside, variables, once })]];
        } catch (error) {
          if (!continue_on_error || !isFailure(error, signal)) throw error;
          await passOver(inside.path, error, run.context);
          return [];
        }
      },
    });
    const result = Object.fromEntries(outcomes.flat());
    run.note({ result });
    return result;
  },
});
