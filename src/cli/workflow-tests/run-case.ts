import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { type ChildRun, createRunContext } from "../../engine/run-context.ts";
import type { CallTool, ToolCall } from "../../engine/tool-caller.ts";
import { executePlan } from "../../workflow/execute.ts";
import { failureOf } from "../../workflow/failure.ts";
import { resolveInputs } from "../../workflow/inputs.ts";
import type { Plan } from "../../workflow/plan.ts";
import type { RunContext } from "../../workflow/run-context.ts";
import { isWait } from "../../workflow/waits.ts";
import { createFixtureAnswers, Unanswered } from "./fixture-answers.ts";
import type { WorkflowCase } from "./test-file.ts";

/** A call as the run made it; attempts to make it again are not told apart. */
export interface MadeCall {
  /** `server.tool` */
  tool: string;
  /** The path of its step. */
  step: string;
  arguments: Record<string, Json>;
  once?: string;
}

/** What a run did and how it ended. */
export interface CaseRun {
  status: "done" | "failed" | "waiting" | "unanswered";
  error?: { code: string; message: string; step?: string };
  outputs?: Record<string, Json>;
  /** In the order in which they were first made. */
  calls: MadeCall[];
}

/**
 * Runs a plan in memory over the answers of a case, with the executor and the context of real runs: no server, no
 * database, no waiting between attempts. A fault of this program is thrown.
 */
export async function runCase(plan: Plan, testCase: WorkflowCase): Promise<CaseRun> {
  const runId = "run_test";
  return await runInMemory({
    plan,
    runId,
    startedAt: testCase.now,
    inputs: resolveInputs(plan, testCase.inputs),
    callTool: createFixtureAnswers(runId, testCase.tools),
    isDone: (key) => testCase.alreadyDone.has(key),
  });
}

export async function runInMemory(options: {
  plan: Plan;
  runId: string;
  startedAt: Date;
  inputs: Record<string, Json>;
  callTool: CallTool;
  /** Whether an earlier run did the work of a business key. */
  isDone(key: string): boolean;
}): Promise<CaseRun> {
  const { plan, runId, startedAt, inputs, isDone } = options;
  const calls = new Map<string, MadeCall>();
  const ownKeys = new Set<string>();
  const callTool: CallTool = (call) => {
    if (!calls.has(call.path)) calls.set(call.path, madeCall(call));
    return options.callTool(call);
  };
  const children = new Map<string, ChildRun>();
  const contextOf = (ofRun: string, given: Record<string, Json>): RunContext =>
    createRunContext({
      runId: ofRun,
      startedAt,
      inputs: given,
      signal: new AbortController().signal,
      completed: new Map(),
      memory: new Map(),
      remember: async () => {},
      undecided: new Map(),
      waits() {},
      // a workflow that a step runs makes its calls below that step
      callTool: (call) => callTool({ ...call, path: `${ofRun}/${call.path}`.slice(runId.length + 1) }),
      async runWorkflow(child) {
        const { status, outputs, error } = await executed(child.plan, contextOf(child.runId, child.inputs));
        const ended = { status, ...(outputs && { outputs }), ...(error && { error }) };
        children.set(child.runId, ended);
        return ended;
      },
      findWorkflow: (id) => children.get(id),
      cancelWorkflow: async () => {},
      findOnce(key) {
        if (ownKeys.has(key)) return { entry: 0, run: runId };
        return isDone(key) ? { entry: 0, run: "run_before" } : undefined;
      },
      markOnce: async (key) => void ownKeys.add(key),
      report() {},
      now: () => startedAt,
      delay: async () => {},
      // every moment comes at once
      longestSleepMs: Number.POSITIVE_INFINITY,
      random: () => 0,
    });
  try {
    return { ...(await executed(plan, contextOf(runId, inputs))), calls: [...calls.values()] };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return { status: "unanswered", error: unansweredError(error), calls: [...calls.values()] };
  }
}

/** Executes a plan to its end. A fault of this program is thrown, and a call for which there is no answer. */
async function executed(plan: Plan, context: RunContext) {
  try {
    return { status: "done" as const, outputs: await executePlan(plan, context) };
  } catch (error) {
    if (isWait(error)) return { status: "waiting" as const };
    if (!(error instanceof RingmainError)) throw error;
    const { code, message } = failureOf(error);
    const step = isRecord(error.details) ? error.details.step : undefined;
    return { status: "failed" as const, error: { code, message, ...(typeof step === "string" && { step }) } };
  }
}

function madeCall({ tool, path, arguments: given, once }: ToolCall): MadeCall {
  return { tool, step: path, arguments: given, ...(once !== undefined && { once }) };
}

function unansweredError({ call, message }: Unanswered) {
  return { code: "UNANSWERED", message, step: call.path };
}
