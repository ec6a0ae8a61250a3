import { z } from "zod";
import type { Agent } from "../../core/agent-file.ts";
import type { Json } from "../../core/json.ts";
import type { ToolDescription } from "../../core/tool-description.ts";
import type { YamlPath } from "../../core/yaml-file.ts";
import type { CelVariables } from "../cel.ts";
import type { Plan, PlanStep } from "../plan.ts";
import type { RunContext, StepEvent } from "../run-context.ts";
import type { Fault, RecordType, ValueType } from "../types.ts";
import { writtenRetry } from "../written-retry.ts";
import type { Place } from "../yaml-source.ts";

/** Checked steps: their plan, the record of their results, and whether they always end the workflow. */
export interface CheckedSteps {
  steps: PlanStep[];
  results: RecordType;
  ends: boolean;
}

/** What a `check` finds: a step's members in the plan, the type of its result, and whether it always ends the workflow. */
export interface CheckedStep {
  members: Record<string, Json>;
  result: ValueType;
  ends?: boolean;
  /** It runs whether its `if` holds or not. */
  always?: boolean;
}

/** A workflow without faults, for those that run it. */
export interface CheckedWorkflow {
  plan: Plan;
  /** The inputs that may be given, and must be where they have no default. */
  given: RecordType;
  outputs: RecordType;
}

/** What a step's `check` may know and say. Paths are relative to the step. */
export interface StepScope {
  /** The step's id. */
  id: string;
  agents: readonly Agent[];
  /** Whether the step has an `if`. */
  conditional: boolean;
  /** The workflow's own agent; absent when its name is wrong, which is told elsewhere. */
  agent: Agent | undefined;
  /** The tool of a name such as `crm.create_task`, or undefined when it is told as unknown. */
  findTool(name: string, path: YamlPath): ToolDescription | undefined;
  /** Another workflow by its id, or undefined when it is told as unknown, faulty or one that runs this one. */
  findWorkflow(id: string, path: YamlPath): CheckedWorkflow | undefined;
  report(path: YamlPath, fault: Fault, place?: Place): void;
  /** Why policies refuse every call of a tool (`server.tool`) by the workflow's agent, whatever the call says. */
  refusalOf(tool: string): string | undefined;
  /** Checks a template against a type, and returns the type that it has. */
  checkTemplate(template: Json, path: YamlPath, expected?: ValueType): ValueType;
  /** The same step with more variables, for what stands inside a loop. */
  withVariables(variables: Readonly<Record<string, ValueType>>): StepScope;
  /**
   * Checks nested steps. Returns their plan and the record of their results. `beside`: others may run at the same time;
   * `otherwise`: they run where the step's `if` does not hold.
   */
  checkSteps(steps: readonly Json[], path: YamlPath, how?: { beside?: true; otherwise?: true }): CheckedSteps;
  /** Whether other steps may run at the same time: those of another item or branch. */
  beside: boolean;
  /** Checks values that are to be the workflow's outputs. */
  checkReturn(values: Readonly<Record<string, Json>>, path: YamlPath): void;
}

/** What a step's `run` may know and do. */
export interface StepRun {
  /** `remind[inv_3]/send` */
  path: string;
  /** `remind/send` */
  stepId: string;
  context: RunContext;
  variables: CelVariables;
  /** The business key that the step derives from the loop around it, when that has one. */
  once: string | undefined;
  /** How many outcomes each call of the step may have: the number of this attempt, within those of the steps around it. */
  outcomes: number;
  /** Whether its `if` holds; always true, but for a step that has an `else`. */
  holds: boolean;
  /** Evaluates a template. Throws STEP_FAILED. */
  evaluate(template: Json): Json;
  /** Adds to the event that tells the step's end. */
  note(details: Partial<StepEvent>): void;
  /** Runs nested steps and returns their results by id. */
  runSteps(steps: readonly PlanStep[], inside: Inside): Promise<Record<string, Json>>;
}

/** Where nested steps run. */
export interface Inside {
  path: string;
  /** The path without loop keys, when it is not that of the step itself. */
  stepId?: string;
  variables: CelVariables;
  once: string | undefined;
}

export interface StepDefinition<Written extends z.ZodObject, Planned extends z.ZodType> {
  kind: string;
  summary: string;
  /** Steps that show it, for the reference. */
  example: string;
  /** The step's own keys as a person writes them; the first one names the kind. */
  written: Written;
  /** What of it stands in the plan. */
  planned: Planned;
  /** With `continue_on_error` the step itself goes on; elsewhere its failure leaves its result out. */
  handlesErrors?: true;
  /** Reports faults; returns the step's members in the plan and the type of its result. */
  check(step: z.output<Written>, scope: StepScope): CheckedStep;
  /** Does the step. Throws RingmainError. */
  run(step: z.output<Planned>, run: StepRun): Promise<Json>;
}

/** A step kind whose own types no one else needs to know. */
export interface StepKind {
  kind: string;
  summary: string;
  example: string;
  written: z.ZodObject;
  handlesErrors: boolean;
  /** Checks what `written` has accepted. */
  check(step: unknown, scope: StepScope): CheckedStep;
  run(step: PlanStep, run: StepRun): Promise<Json>;
}

/** Defines a step kind: its keys, its check and its run in one place. */
export function defineStep<Written extends z.ZodObject, Planned extends z.ZodType>(
  definition: StepDefinition<Written, Planned>,
): StepKind {
  const { kind, summary, example, written, planned, handlesErrors = false } = definition;
  const read = new WeakMap<PlanStep, z.output<Planned>>();
  return {
    kind,
    summary,
    example,
    written,
    handlesErrors,
    check: (step, scope) => definition.check(written.parse(step), scope),
    run(step, run) {
      const known = read.get(step) ?? planned.parse(step);
      read.set(step, known);
      return definition.run(known, run);
    },
  };
}

/** Any JSON value, as it stands in a file or a plan: texts in it may hold `${{ }}`. */
export const template: z.ZodType<Json> = z.json();

/** Nested steps as they stand in a file. */
export const writtenSteps = z.array(template).min(1, "write at least one step");

/** Keys that every step may have. */
export const commonKeys = z.object({
  id: z
    .string()
    .describe("The step's name: `steps.ID` in expressions, and its place in paths and keys.")
    .optional(),
  if: z
    .union([z.string(), z.boolean().transform(String)])
    .describe("An expression that is true or false. Where it does not hold the step is skipped.")
    .optional(),
  continue_on_error: z
    .boolean()
    .describe("Go on after a failure of the step, without its result.")
    .optional(),
  retry: writtenRetry.describe("How many attempts in all, or more about them.").optional(),
  timeout: z.string().describe("How long one attempt may take, for instance `30s` or `15m`.").optional(),
});

/** Nested steps in a plan. */
export const planSteps = z.array(z.object({ id: z.string(), kind: z.string() }).catchall(z.json()));
