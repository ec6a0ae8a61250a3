import { z } from "zod";
import { RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { findMismatch } from "../assignable.ts";
import { type CelVariables, toCel } from "../cel.ts";
import { failureOf, isFailure } from "../failure.ts";
import { accessField } from "../field-access.ts";
import { passedFailure, passOver } from "../passed-failure.ts";
import { runLimited } from "../run-limited.ts";
import { evaluateTemplate } from "../template.ts";
import {
  anyType,
  describeType,
  integerType,
  listOf,
  recordOf,
  stringType,
  unionOf,
  type ValueType,
  variantsOf,
} from "../types.ts";
import { businessKey, onceType } from "./call.ts";
import { defineStep, planSteps, type StepRun, type StepScope, template, writtenSteps } from "./step-kind.ts";

const planned = z.object({
  for_each: template,
  as: z.string(),
  key: z.string(),
  max_parallel: z.int(),
  continue_on_error: z.boolean(),
  once: z.string().optional(),
  steps: planSteps,
});

type Loop = z.output<typeof planned>;

const resultType = recordOf({
  items: integerType,
  done: integerType,
  failed: integerType,
  already_done: integerType,
  failures: listOf(recordOf({ key: stringType, code: stringType, message: stringType })),
});

/** Runs its steps for each item of a list, under a stable key, so that a resumed run knows which are done. */
export const forEachStep = defineStep({
  kind: "for_each",
  summary: "Run steps for each item of a list.",
  example: `- id: low
  call: inventory.low_stock
  pages: all
- id: order
  for_each: \${{ group_by(steps.low.items, "supplier_id") }}
  as: supplier
  key: \${{ supplier.key }}
  max_parallel: 4
  steps:
    - id: draft
      call: inventory.create_purchase_order
      with:
        supplier_id: \${{ supplier.key }}
        lines: >-
          \${{ supplier.items.map(i, {"sku": i.sku, "quantity": i.suggested_quantity}) }}
`,
  written: z.object({
    for_each: template.describe("The list."),
    as: z.string().describe("What an item is called inside.").default("item"),
    key: z
      .string()
      .describe("What tells one item from another, also in a later execution; `item.id` unless told.")
      .optional(),
    max_parallel: z.int().min(1).max(64).describe("How many items at a time.").default(1),
    continue_on_error: z
      .boolean()
      .describe("Go on with the other items after one has failed; the result counts them.")
      .default(false),
    once: z
      .string()
      .describe("A business key of an item: its steps run once for it, across all runs.")
      .optional(),
    steps: writtenSteps.describe("What is done for each item."),
  }),
  planned,
  handlesErrors: true,

  check(step, scope) {
    const items = checkItems(step.for_each, scope);
    checkName(step.as, scope);
    const inside = scope.withVariables({ [step.as]: items });
    const key = step.key ?? `\${{ ${step.as}.id }}`;
    if (step.key === undefined) checkDefaultKey(items, step.as, scope);
    else inside.checkTemplate(step.key, ["key"], unionOf([onceType, integerType]));
    if (step.once !== undefined) inside.checkTemplate(step.once, ["once"], onceType);
    const { steps } = inside.checkSteps(step.steps, ["steps"], { beside: true });
    const { for_each, as, max_parallel, continue_on_error, once } = step;
    const members = { for_each, as, key, max_parallel, continue_on_error, steps };
    return { members: { ...members, ...(once !== undefined && { once }) }, result: resultType };
  },

  async run(loop, run) {
    const items = keyedItems(loop, run);
    const outcomes = await runLimited(items, {
      limit: loop.max_parallel,
      signal: run.context.signal,
      run: (item) => runItem(loop, item, run),
    });
    const failures = outcomes.flatMap((outcome) => (typeof outcome === "string" ? [] : [outcome]));
    const count = (status: string) => outcomes.filter((outcome) => outcome === status).length;
    const result = {
      items: items.length,
      done: count("done"),
      failed: failures.length,
      already_done: count("already_done"),
      failures,
    };
    const counts = { items: items.length, failed: failures.length, alreadyDone: result.already_done };
    run.note({ counts, result });
    return result;
  },
});

interface Item {
  key: string;
  path: string;
  variables: CelVariables;
}

/** The items with their keys, all found before the first body runs: a duplicate must not stop a loop half-way. */
function keyedItems(loop: Loop, run: StepRun): Item[] {
  const list = run.evaluate(loop.for_each);
  if (!Array.isArray(list)) throw new RingmainError("STEP_FAILED", "for_each needs a list.");
  const seen = new Set<string>();
  return list.map((item) => {
    const variables = { ...run.variables, [loop.as]: toCel(item) };
    const value = evaluateTemplate(loop.key, variables);
    const key = typeof value === "string" || typeof value === "number" ? String(value) : "";
    if (key === "") throw new RingmainError("STEP_FAILED", "An item of the loop has an empty key.");
    if (seen.has(key)) {
      throw new RingmainError("STEP_FAILED", `Two items of the loop have the key "${key}".`, {
        hint: "Choose a key: that is different for every item.",
      });
    }
    seen.add(key);
    return { key, path: `${run.path}[${escapeKey(key)}]`, variables };
  });
}

/** Keeps a key from being read as part of a path. */
function escapeKey(key: string): string {
  return key.replace(/[%/[\]#]/g, encodeURIComponent);
}

type Outcome = "done" | "already_done" | { key: string; code: string; message: string };

async function runItem(loop: Loop, item: Item, run: StepRun): Promise<Outcome> {
  const { key, path, variables } = item;
  const { context, stepId } = run;
  const event = { runId: context.runId, path, stepId, kind: "item" };
  let inBody = false;
  try {
    const passed = passedFailure(path, context);
    if (passed !== undefined) throw passed;
    const own = loop.once === undefined ? undefined : itemKey(loop.once, variables);
    if (own !== undefined) {
      // The engine answers nothing for a key that this run itself used before it was interrupted.
      if (await context.findOnce(own)) {
        context.report({ ...event, status: "already_done" });
        return "already_done";
      }
    }
    const once = own ?? (run.once === undefined ? undefined : `${run.once}[${escapeKey(key)}]`);
    inBody = true;
    await run.runSteps(loop.steps, { path, variables, once });
    if (own !== undefined) await context.markOnce(own, path);
    return "done";
  } catch (error) {
    if (!loop.continue_on_error || !isFailure(error, context.signal)) throw error;
    await passOver(path, error, context);
    const failure = failureOf(error);
    // A step of the body has told its own failure.
    if (!inBody) context.report({ ...event, status: "failed", error: failure });
    return { key, code: failure.code, message: failure.message };
  }
}

function itemKey(once: string, variables: CelVariables): string {
  return businessKey(once, { evaluate: (value) => evaluateTemplate(value, variables) });
}

/** The type of the items of the list. */
function checkItems(list: Json, scope: StepScope): ValueType {
  const type = scope.checkTemplate(list, ["for_each"], listOf(anyType));
  const items = variantsOf(type).flatMap((variant) => (variant.kind === "list" ? [variant.items] : []));
  return items.length === 0 ? anyType : unionOf(items);
}

const takenNames = [
  "inputs",
  "steps",
  "now",
  "event",
  "error",
  "cel",
  "optional",
  "true",
  "false",
  "null",
  "in",
];
const typeNames = [
  "string",
  "bool",
  "int",
  "uint",
  "double",
  "map",
  "list",
  "bytes",
  "null_type",
  "type",
  "dyn",
];
const reservedNames =
  "as break const continue else for function if import let loop package namespace return var void while";

function checkName(name: string, scope: StepScope): void {
  const taken = [...takenNames, ...typeNames, ...reservedNames.split(" ")];
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !taken.includes(name)) return;
  const hint = "Use lower case letters, digits and _, for instance invoice.";
  scope.report(["as"], { code: "invalid-name", message: `"${name}" cannot name the item.`, hint });
}

function checkDefaultKey(items: ValueType, as: string, scope: StepScope): void {
  if (items.kind === "any") return;
  const { type, required, fault } = accessField(items, "id");
  const stable = !fault && required && findMismatch(type, unionOf([stringType, integerType])) === undefined;
  if (stable) return;
  const message = `The loop has no stable key: ${describeType(items)} has no id.`;
  const hint = `Add key: with what tells one item from another, for instance key: \${{ ${as}.key }}.`;
  scope.report(["for_each"], { code: "no-stable-key", message, hint }, { atKey: true });
}
