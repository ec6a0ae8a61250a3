import { z } from "zod";
import { didYouMean } from "../../core/closest.ts";
import { typeOfName } from "../schema-type.ts";
import { recordOf, stringType } from "../types.ts";
import { defineStep, type StepScope, template } from "./step-kind.ts";

/** Asks a model-driven agent. The model loop is not built yet: the step gives its fallback, and says so. */
export const askStep = defineStep({
  kind: "ask",
  summary: "Ask a model-driven agent for a typed answer.",
  example: `- id: letter
  ask: writer
  prompt: A friendly reminder for an invoice, in French.
  output: { subject: string, body: string }
  fallback: { subject: Payment reminder, body: Please look at your open invoices. }
`,
  written: z.object({
    ask: z.string().describe("The agent, by its id; it has a model, and its own grants."),
    prompt: z.string().describe("What it is asked."),
    output: z
      .record(z.string(), z.enum(["string", "integer", "number", "boolean"]))
      .describe("The fields of its answer, each with its type.")
      .default({ text: "string" }),
    fallback: z.record(z.string(), template).describe("The answer when no model can be asked.").optional(),
  }),
  planned: z.object({ ask: z.string(), fallback: z.record(z.string(), template) }),

  check(step, scope) {
    checkAgent(step.ask, scope);
    scope.checkTemplate(step.prompt, ["prompt"], stringType);
    const fields = Object.entries(step.output).map(([name, type]) => [name, typeOfName(type)]);
    const result = recordOf(Object.fromEntries(fields));
    const { fallback } = step;
    if (fallback === undefined) {
      const message = "An ask without a fallback needs the model loop, which is not built yet.";
      const hint = `Add fallback: with ${Object.keys(step.output).join(" and ")}.`;
      scope.report(["ask"], { code: "not-built-yet", message, hint }, { atKey: true });
    } else {
      scope.checkTemplate(fallback, ["fallback"], result);
    }
    const { ask, prompt, output } = step;
    return { members: { ask, prompt, output, fallback: fallback ?? {} }, result };
  },

  async run(step, run) {
    const result = run.evaluate(step.fallback);
    run.note({ fallback: true, result });
    return result;
  },
});

function checkAgent(name: string, { agents, report }: StepScope): void {
  const agent = agents.find(({ id }) => id === name);
  if (!agent) {
    const known = agents.filter(({ model }) => model !== undefined).map(({ id }) => id);
    const hint = didYouMean(name, known) ?? `Agents with a model: ${known.join(", ") || "none yet"}.`;
    report(["ask"], { code: "unknown-agent", message: `There is no agent "${name}".`, hint });
  } else if (agent.model === undefined) {
    const message = `Agent "${name}" has no model, so it cannot be asked.`;
    report(["ask"], { code: "agent-without-model", message, hint: `Add model: to ${agent.file}.` });
  }
}
