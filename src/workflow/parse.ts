import { z } from "zod";
import { amountLimit } from "../core/amount-limit.ts";
import { didYouMean } from "../core/closest.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import { readShape, unknownKey } from "./shape.ts";
import { stepKinds } from "./steps/registry.ts";
import { commonKeys, type StepKind, template, writtenSteps } from "./steps/step-kind.ts";
import type { writtenRetry } from "./written-retry.ts";
import { readYamlSource, type YamlSource } from "./yaml-source.ts";

const variableName = z.string().regex(/^[a-z_][a-z0-9_]*$/, "use lower case letters, digits and _");

const schedule = z.strictObject({
  cron: z.string().describe("Five fields, or six with seconds first."),
  timezone: z.string().describe("An IANA time zone.").default("UTC"),
  missed: z
    .enum(["skip", "latest", "all"])
    .describe("What to do about due times that passed while nothing was running.")
    .default("latest"),
  within: z.string().describe("A due time older than this is not made up for.").optional(),
  overlap: z
    .enum(["skip", "allow"])
    .describe("What to do when the run before is still under way.")
    .default("skip"),
});

const input = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean"]).describe("What it is."),
  description: z.string().describe("For whoever gives it.").optional(),
  default: template.describe("What it is when it is not given.").optional(),
  minimum: z.number().describe("The least it may be.").optional(),
  maximum: z.number().describe("The most it may be.").optional(),
  enum: z.array(template).min(1).describe("The only values that it may have.").optional(),
  required: z.boolean().describe("`false`: it may be left out without a default.").optional(),
});

export const workflowFile = z.strictObject({
  name: z.string().describe("For people; the id is the file's name.").optional(),
  description: z.string().describe("What it is for.").optional(),
  agent: z.string().describe("Who acts: the id of an agent, `agents/ID.md`."),
  on: z
    .strictObject({ schedule: z.array(schedule).describe("When it runs by itself.").default([]) })
    .describe("What starts it, besides a person.")
    .default({ schedule: [] }),
  inputs: z.record(variableName, input).describe("What is given to a run: `inputs.NAME`.").default({}),
  /** No model is called in this version, so that a limit of `usd` holds by itself. */
  limits: z
    .strictObject({
      duration: z.string().describe("How long it may be executed; waiting does not count.").optional(),
      writes: z.int().min(0).describe("How many calls may change something.").optional(),
      calls: z.int().min(0).describe("How many calls it may make.").optional(),
      amounts: z.array(amountLimit).describe("What its calls may move: docs/limits.md.").optional(),
      usd: z.number().min(0).describe("What models may cost, in US dollars.").optional(),
    })
    .describe("What one run may do at most.")
    .default({}),
  steps: writtenSteps.describe("What is done, in this order."),
  outputs: z.record(variableName, template).describe("What a run gives when it is done.").default({}),
  on_failure: writtenSteps.describe("What is done once after a failure; it sees `error`.").optional(),
});

export type WorkflowFile = z.output<typeof workflowFile>;
export type WrittenSchedule = z.output<typeof schedule>;
export type WrittenInput = z.output<typeof input>;

const laterKinds = ["form"];
const notBuilt = {
  on: ["call", "webhook", "file", "tool"],
};

/** Reads the text of a workflow file. Steps are left as they stand; `readStep` reads each. */
export function parseWorkflow(
  file: string,
  text: string,
): { source: YamlSource; workflow?: WorkflowFile; problems: Problem[] } {
  const source = readYamlSource(file, text);
  if (source.value === undefined) return { source, problems: source.problems };
  const { value: workflow, problems } = readShape({
    source,
    path: [],
    value: source.value,
    schema: workflowFile,
    notBuilt,
  });
  return { source, problems, ...(workflow && { workflow }) };
}

export interface WrittenStep {
  kind: StepKind;
  id: string;
  condition: string | undefined;
  continueOnError: boolean;
  retry: z.output<typeof writtenRetry> | undefined;
  timeout: string | undefined;
  /** What the kind's own `written` schema has accepted. */
  body: unknown;
}

/** Built once: zod compiles each schema at its first use. */
const writtenSchemas = new Map(
  stepKinds.map((kind) => [kind, z.strictObject({ ...commonKeys.shape, ...kind.written.shape })]),
);

/** Reads one step at a path: which kind it is, and its keys. */
export function readStep(
  source: YamlSource,
  path: YamlPath,
  value: Json,
): { step?: WrittenStep; problems: Problem[] } {
  if (!isRecord(value)) {
    const fault = { code: "wrong-type", message: "A step is a map of keys and values.", hint: exampleStep };
    return { problems: [source.problemAt(path, fault)] };
  }
  const kind = findKind(value);
  if (!kind) return { problems: [noKind(source, path, Object.keys(value))] };
  const twoKinds = otherKinds(source, path, value, kind);
  if (twoKinds.length > 0) return { problems: twoKinds };
  const schema = writtenSchemas.get(kind) ?? commonKeys;
  const read = readShape({ source, path, value, schema, notBuilt: { "": laterKinds } });
  const { problems } = read;
  const common = commonKeys.safeParse(value);
  if (!read.value || !common.success) return { problems };
  const { id = "", if: condition, continue_on_error: continueOnError = false, retry, timeout } = common.data;
  return { step: { kind, id, condition, continueOnError, retry, timeout, body: read.value }, problems };
}

const exampleStep = "For instance - id: deal, and below it call: crm.get_deal.";

/** The key that names a step kind: the first of its schema. */
function kindKey(kind: StepKind): string {
  return Object.keys(kind.written.shape)[0] ?? kind.kind;
}

function findKind(step: Readonly<Record<string, unknown>>): StepKind | undefined {
  return stepKinds.find((kind) => kindKey(kind) in step);
}

function noKind(source: YamlSource, path: YamlPath, keys: readonly string[]): Problem {
  const kinds = stepKinds.map(kindKey);
  const common = Object.keys(commonKeys.shape);
  const later = keys.find((key) => laterKinds.includes(key));
  if (later !== undefined) return unknownKey(later, { source, path, known: kinds, later: laterKinds });
  const misspelt = keys.find((key) => !common.includes(key) && didYouMean(key, kinds) !== undefined);
  if (misspelt !== undefined) return unknownKey(misspelt, { source, path, known: kinds, later: [] });
  const message = `A step needs one of ${kinds.join(", ")}.`;
  return source.problemAt(path, { code: "missing-key", message, hint: exampleStep });
}

/** A step that is of two kinds at once; `steps` belongs to two kinds. */
function otherKinds(
  source: YamlSource,
  path: YamlPath,
  step: Readonly<Record<string, unknown>>,
  kind: StepKind,
): Problem[] {
  return stepKinds
    .map(kindKey)
    .filter((key) => key in step && !(key in kind.written.shape))
    .map((key) => {
      const message = `A step is either ${kindKey(kind)} or ${key}, not both.`;
      const fault = { code: "two-kinds", message, hint: "Make two steps of it." };
      return source.problemAt([...path, key], fault, { atKey: true });
    });
}
