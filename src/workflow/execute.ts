import { RingmainError } from "../core/errors.ts";
import { isRecord, type Json } from "../core/json.ts";
import { type Attempt, runAttempts } from "./attempts.ts";
import { type CelVariables, toCel } from "./cel.ts";
import { EarlyReturn } from "./early-return.ts";
import { failureOf, isFailure, throwIfEnded } from "./failure.ts";
import { passedFailure, passOver } from "./passed-failure.ts";
import type { Plan, PlanStep } from "./plan.ts";
import type { RunContext, StepEvent } from "./run-context.ts";
import { findStepKind } from "./steps/registry.ts";
import type { Inside, StepRun } from "./steps/step-kind.ts";
import { evaluateCondition, evaluateMember, evaluateTemplate } from "./template.ts";
import { approvalsIn, earliestIn, runsIn, waitsOf } from "./waits.ts";

/**
 * Runs the steps of a plan and returns its outputs. All it does to the world goes through the context, by stable
 * paths, so that running it again with the same journal repeats nothing. Throws the RingmainError of the step that
 * failed, or that of the signal.
 */
export async function executePlan(plan: Plan, context: RunContext): Promise<Record<string, Json>> {
  const variables = {
    inputs: toCel(context.inputs),
    now: context.startedAt.toISOString(),
    steps: {},
  };
  const frame: Frame = { context, stepPrefix: "", path: "", variables, once: undefined, outcomes: 1 };
  try {
    const failed = passedFailure("", context);
    if (failed !== undefined) throw failed;
    const results = await runSteps(plan.steps, frame);
    throwIfEnded(context.signal);
    return evaluateOutputs(plan.outputs, { ...variables, steps: toCel(results) });
  } catch (error) {
    if (error instanceof EarlyReturn) return error.outputs;
    if (plan.onFailure !== undefined && isFailure(error, context.signal)) {
      await runOnFailure(plan.onFailure, error, frame);
    }
    throw error;
  }
}

/** Does what the workflow says to do after a failure. Its own failures are told, but the run's is the first one. */
async function runOnFailure(steps: readonly PlanStep[], error: RingmainError, frame: Frame): Promise<void> {
  const { context } = frame;
  await passOver("", error, context);
  const { step } = isRecord(error.details) ? error.details : {};
  const told = { code: error.code, message: error.message, ...(typeof step === "string" && { step }) };
  const variables = { ...frame.variables, error: toCel(told) };
  try {
    await runSteps(steps, { ...frame, path: "on_failure", stepPrefix: "on_failure", variables });
  } catch (second) {
    if (!isFailure(second, context.signal)) throw second;
  }
}

/** Where steps run. */
interface Frame extends Inside {
  context: RunContext;
  /** How many outcomes each call may have, by the attempts of the steps around. */
  outcomes: number;
  /** The ids of the steps around, without loop keys. */
  stepPrefix: string;
}

async function runSteps(steps: readonly PlanStep[], frame: Frame): Promise<Record<string, Json>> {
  const results: Record<string, Json> = {};
  let { variables } = frame;
  for (const step of steps) {
    throwIfEnded(frame.context.signal);
    const result = await runStep(step, { ...frame, variables });
    if (result === undefined) continue;
    results[step.id] = result;
    const { steps: known } = variables;
    variables = { ...variables, steps: { ...asRecord(known), [step.id]: toCel(result) } };
  }
  return results;
}

/** Runs one step. Returns its result, or undefined when it did not run or failed and the run goes on. */
async function runStep(step: PlanStep, frame: Frame): Promise<Json | undefined> {
  const { context, variables, once } = frame;
  const { id, kind, if: condition } = step;
  const path = frame.path === "" ? id : `${frame.path}/${id}`;
  const stepId = frame.stepPrefix === "" ? id : `${frame.stepPrefix}/${id}`;
  const event = { runId: context.runId, path, stepId, kind };
  const definition = findStepKind(kind);
  if (!definition) {
    throw new RingmainError("WORKFLOW_INVALID", `This version knows no step kind "${kind}".`, {
      hint: "The run was planned by a newer version: resume it with that one.",
    });
  }
  let details: Partial<StepEvent> = {};
  const note: StepRun["note"] = (more) => {
    details = { ...details, ...more };
  };
  const runIn = (attempt: Attempt, holds: boolean): StepRun => ({
    ...attempt,
    path,
    stepId,
    variables,
    once: once === undefined ? undefined : `${once}/${id}`,
    holds,
    evaluate: (value) => evaluateTemplate(value, variables),
    note,
    runSteps: (inner, inside) =>
      runSteps(inner, { ...inside, ...attempt, stepPrefix: inside.stepId ?? stepId }),
  });
  try {
    const holds = typeof condition !== "string" || evaluateCondition(condition, variables);
    if (!holds && step.else === undefined) {
      context.report({ ...event, status: "skipped" });
      return undefined;
    }
    context.report({
      ...event,
      status: "started",
      ...(typeof step.call === "string" && { tool: step.call }),
    });
    const passed = passedFailure(path, context);
    if (passed !== undefined) throw passed;
    const result = await runAttempts(step, { path, note, context, outcomes: frame.outcomes }, (attempt) =>
      definition.run(step, runIn(attempt, holds)),
    );
    context.report({ ...event, status: "done", ...details });
    return result;
  } catch (error) {
    if (error instanceof EarlyReturn) {
      context.report({ ...event, status: "done", ...details });
      throw error;
    }
    const waits = waitsOf(error);
    if (waits.length > 0) {
      const [approvals, runs, until] = [approvalsIn(waits), runsIn(waits), earliestIn(waits)];
      context.report({
        ...event,
        ...details,
        status: "waiting",
        ...(approvals.length > 0 && { approvals }),
        ...(runs.length > 0 && { runs }),
        ...(until !== undefined && { until }),
      });
      throw error;
    }
    context.report({ ...event, ...details, status: "failed", error: failureOf(error) });
    const goesOn = step.continue_on_error === true && !definition.handlesErrors;
    if (goesOn && isFailure(error, context.signal)) {
      await passOver(path, error, context);
      return undefined;
    }
    throw withStep(error, path);
  }
}

/** The same error, naming the innermost step that failed. */
function withStep(error: unknown, step: string): unknown {
  if (!(error instanceof RingmainError)) return error;
  const { code, message, hint, retryable, details, cause } = error;
  const known = isRecord(details) ? details : {};
  if (typeof known.step === "string") return error;
  return new RingmainError(code, message, { hint, retryable, cause, details: { ...known, step } });
}

function evaluateOutputs(outputs: Record<string, Json>, variables: CelVariables): Record<string, Json> {
  const values = Object.entries(outputs).map(([name, output]): [string, Json | undefined] => [
    name,
    evaluateMember(output, variables),
  ]);
  return Object.fromEntries(values.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function asRecord(value: CelVariables[string] | undefined): CelVariables {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
