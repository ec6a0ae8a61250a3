import { createHash } from "node:crypto";
import type { Agent } from "../core/agent-file.ts";
import { checkAmountLimits } from "../core/check-amount-limits.ts";
import { didYouMean } from "../core/closest.ts";
import { errorCodes } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { type ToolDescription, toolId } from "../core/tool-description.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import { checkInputs, neededInputs } from "./check-inputs.ts";
import { checkOutputs, checkReturn } from "./check-outputs.ts";
import { checkSchedules } from "./check-schedules.ts";
import {
  checkSteps,
  collectIds,
  type FindWorkflow,
  type RefusalOf,
  type StepsCheck,
  type StepsScope,
  typeScope,
} from "./check-steps.ts";
import { noFacts } from "./narrowing.ts";
import { parseWorkflow, type WorkflowFile } from "./parse.ts";
import type { Plan, PlanStep } from "./plan.ts";
import { type Report, readDuration } from "./read-duration.ts";
import type { CheckedWorkflow } from "./steps/step-kind.ts";
import { type Fault, type Field, instantType, recordOf, stringType } from "./types.ts";

export interface CheckInput {
  /** `file` is relative to the workspace: `workflows/NAME.yaml`. */
  workflows: readonly { file: string; text: string }[];
  agents: readonly Agent[];
  /** The tools of all servers, as they describe themselves. */
  tools: readonly ToolDescription[];
  /** Why policies refuse every call of a tool (`server.tool`) by an agent (its id), whatever the call says. */
  refusalOf?: RefusalOf | undefined;
  only?: string | undefined;
}

export interface CheckResult {
  /** Of the workflows without faults. */
  plans: Plan[];
  /** Of all files, each file's in the order of its lines. */
  problems: Problem[];
}

/**
 * Checks workflow files against the agents and tools of a workspace, and against each other, and compiles those without
 * faults. With `only`, the id of a workflow, it looks at that one and those that it runs. Pure.
 */
export function checkWorkflows({ workflows, agents, tools, refusalOf, only }: CheckInput): CheckResult {
  const byId = new Map(workflows.map((workflow) => [idOfFile(workflow.file), workflow]));
  const toolsById = new Map(tools.map((tool) => [toolId(tool), tool]));
  const checked = new Map<string, Checked>();
  const underWay: string[] = [];

  const check = (id: string, { file, text }: CheckInput["workflows"][number]): Checked => {
    const known = checked.get(id);
    if (known !== undefined) return known;
    underWay.push(id);
    const result = checkWorkflow({ file, text, agents, tools: toolsById, refusalOf, findWorkflow });
    underWay.pop();
    checked.set(id, result);
    return result;
  };
  const findWorkflow: FindWorkflow = (id) => {
    const written = byId.get(id);
    if (written === undefined) return unknownWorkflow(id, [...byId.keys()]);
    if (underWay.includes(id)) return runsItself([...underWay.slice(underWay.indexOf(id)), id]);
    return check(id, written).compiled ?? faultyWorkflow(id);
  };

  for (const [id, workflow] of byId) if (only === undefined || id === only) check(id, workflow);
  const results = [...byId.keys()].flatMap((id) => checked.get(id) ?? []);
  return {
    plans: results.flatMap(({ compiled }) => (compiled ? [compiled.plan] : [])),
    problems: results.flatMap(({ problems }) => problems),
  };
}

interface Checked {
  /** Absent when there are faults. */
  compiled?: CheckedWorkflow;
  problems: Problem[];
}

function unknownWorkflow(id: string, known: readonly string[]): Fault {
  const hint = didYouMean(id, known) ?? `Workflows: ${known.join(", ")}.`;
  return { code: "unknown-workflow", message: `There is no workflow "${id}".`, hint };
}

function runsItself(chain: readonly string[]): Fault {
  const message = `It would never end: ${chain.join(" runs ")}.`;
  return { code: "workflow-cycle", message, hint: "Take one of these runs out." };
}

function faultyWorkflow(id: string): Fault {
  const hint = "They are told in its own file.";
  return { code: "faulty-workflow", message: `Workflow "${id}" has faults.`, hint };
}

function checkWorkflow(options: {
  file: string;
  text: string;
  agents: readonly Agent[];
  tools: ReadonlyMap<string, ToolDescription>;
  refusalOf: RefusalOf | undefined;
  findWorkflow: FindWorkflow;
}): Checked {
  const { file, text, agents, tools, refusalOf, findWorkflow } = options;
  const { source, workflow, problems } = parseWorkflow(file, text);
  if (!workflow) return { problems: inOrder(problems) };
  const report = (path: YamlPath, fault: Fault): void => {
    problems.push(source.problemAt(path, fault));
  };
  const id = workflowId(file, report);
  const agent = findAgent(workflow.agent, agents, report);
  const inputs = checkInputs(workflow.inputs, report);
  const schedules = checkSchedules(workflow.on.schedule, report);
  checkScheduledInputs(workflow, report);

  const check: StepsCheck = {
    source,
    agents,
    agent,
    tools,
    findWorkflow,
    refusalOf,
    problems,
    seen: new Set(),
    ids: collectIds([...workflow.steps, ...(workflow.on_failure ?? [])]),
    returns: [],
  };
  const scope = {
    path: ["steps"],
    variables: { inputs: inputs.type, now: instantType },
    results: new Map(),
    facts: noFacts,
    beside: false,
  };
  const { steps, results } = checkSteps(workflow.steps, check, scope);
  const onFailure = workflow.on_failure && checkOnFailure(workflow.on_failure, check, scope);
  const outside = typeScope(check, { ...scope, results: results.fields });
  const outputs = checkOutputs(workflow.outputs, outside);
  for (const { code, message, hint, path, ...place } of outputs.faults) {
    problems.push(source.problemAt(["outputs", ...path], { code, message, hint }, place));
  }
  if (outputs.faults.length === 0) for (const early of check.returns) checkReturn(early, outputs.type);
  const limits = readLimits(workflow, tools, report);
  if (problems.length > 0) return { problems: inOrder(problems) };
  const plan: Plan = {
    workflow: id,
    name: workflow.name ?? id,
    agent: workflow.agent,
    fileHash: createHash("sha256").update(text).digest("hex"),
    inputs: inputs.schemas,
    limits,
    schedules,
    steps,
    outputs: workflow.outputs,
    ...(onFailure && { onFailure }),
  };
  return { compiled: { plan, given: inputs.given, outputs: outputs.type }, problems: [] };
}

/** Checks what is done after a failure: nobody knows which steps had run, so it sees `error` instead of their results. */
function checkOnFailure(written: readonly Json[], check: StepsCheck, scope: StepsScope): PlanStep[] {
  const step: Field = { type: stringType, required: false, reason: "The failure may be outside every step" };
  const failure = recordOf({ code: { kind: "string", values: errorCodes }, message: stringType });
  const error = { ...failure, fields: new Map([...failure.fields, ["step", step]]) };
  const variables = { ...scope.variables, error };
  return checkSteps(written, check, { ...scope, path: ["on_failure"], variables, beside: true }).steps;
}

/** As a reader meets them; the same fault at the same place is told once. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(
    problems.map((problem) => [
      `${problem.line}:${problem.column}:${problem.code}:${problem.message}`,
      problem,
    ]),
  );
  return [...distinct.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

function idOfFile(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.ya?ml$/, "");
}

function workflowId(file: string, report: Report): string {
  const id = idOfFile(file);
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(id)) {
    const hint = "Rename the file: lower case letters, digits, - and _.";
    report([], {
      code: "invalid-name",
      message: `"${id}" is the id of this workflow, but no valid one.`,
      hint,
    });
  }
  return id;
}

function findAgent(name: string, agents: readonly Agent[], report: Report): Agent | undefined {
  const agent = agents.find(({ id }) => id === name);
  if (agent) return agent;
  const known = agents.map(({ id }) => id);
  const hint = didYouMean(name, known) ?? `Agents: ${known.join(", ") || "none yet; add agents/NAME.md"}.`;
  report(["agent"], { code: "unknown-agent", message: `There is no agent "${name}".`, hint });
  return undefined;
}

/** A schedule has no one to ask. */
function checkScheduledInputs({ on, inputs }: WorkflowFile, report: Report): void {
  const [needed] = neededInputs(inputs);
  if (on.schedule.length === 0 || needed === undefined) return;
  const message = `A schedule cannot give the input "${needed}".`;
  report(["inputs", needed], { code: "input-without-default", message, hint: "Give it a default." });
}

function readLimits(
  { limits }: WorkflowFile,
  tools: ReadonlyMap<string, ToolDescription>,
  report: Report,
): Plan["limits"] {
  const { duration, writes, calls, amounts } = limits;
  checkAmountLimits(amounts ?? [], tools, (path, fault) => report(["limits", "amounts", ...path], fault));
  const durationMs =
    duration === undefined ? undefined : readDuration(duration, ["limits", "duration"], report);
  return {
    ...(durationMs !== undefined && { durationMs }),
    ...(writes !== undefined && { writes }),
    ...(calls !== undefined && { calls }),
    ...(amounts !== undefined && { amounts }),
  };
}
