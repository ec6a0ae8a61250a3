import { z } from "zod";
import { amountLimit } from "../core/amount-limit.ts";
import { didYouMean } from "../core/closest.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import { readShape, unknownKey } from "./shape.ts";
import { stepKinds } from "./steps/registry.ts";
import { commonKeys, type StepKind, template } from "./steps/step-kind.ts";
import type { writtenRetry } from "./written-retry.ts";
import { readYamlSource, type YamlSource } from "./yaml-source.ts";

const variableName = z.string().regex(/^[a-z_][a-z0-9_]*$/, "use lower case letters, digits and _");

const schedule = z.strictObject({
  cron: z.string(),
  timezone: z.string().default("UTC"),
  missed: z.enum(["skip", "latest", "all"]).default("latest"),
  within: z.string().optional(),
  overlap: z.enum(["skip", "allow"]).default("skip"),
});

const input = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean"]),
  description: z.string().optional(),
  default: template.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  enum: z.array(template).min(1).optional(),
  required: z.boolean().optional(),
});

const workflowFile = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  agent: z.string(),
  on: z.strictObject({ schedule: z.array(schedule).default([]) }).default({ schedule: [] }),
  inputs: z.record(variableName, input).default({}),
  /** No model is called in this version, so that a limit of `usd` holds by itself. */
  limits: z
    .strictObject({
      duration: z.string().optional(),
      writes: z.int().min(0).optional(),
      calls: z.int().min(0).optional(),
      amounts: z.array(amountLimit).optional(),
      usd: z.number().min(0).optional(),
    })
    .default({}),
  steps: z.array(template).min(1, "write at least one step"),
  outputs: z.record(variableName, template).default({}),
  on_failure: z.array(template).min(1, "write at least one step").optional(),
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
