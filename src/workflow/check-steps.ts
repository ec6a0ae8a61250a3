import type { Agent } from "../core/agent-file.ts";
import { didYouMean } from "../core/closest.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { type ToolDescription, toolId } from "../core/tool-description.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import type { WrittenReturn } from "./check-outputs.ts";
import { checkCondition, checkTemplate, type TemplateFault } from "./check-template.ts";
import type { TypeScope } from "./inference.ts";
import { type Facts, factsWithout, noFacts, union } from "./narrowing.ts";
import { readStep, type WrittenStep } from "./parse.ts";
import type { PlanStep } from "./plan.ts";
import { readDuration } from "./read-duration.ts";
import type { CheckedSteps, CheckedWorkflow, StepScope } from "./steps/step-kind.ts";
import { anyType, type Fault, type Field, type RecordType, type ValueType } from "./types.ts";
import { defaultRetry } from "./written-retry.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Why policies refuse every call of a tool (`server.tool`) by an agent, for people; undefined when they do not. */
export type RefusalOf = (agent: string, tool: string) => string | undefined;

/** Finds another workflow by its id, or says why it cannot be run from here. */
export type FindWorkflow = (id: string) => CheckedWorkflow | Fault;

/** What all steps of one workflow share while they are checked. */
export interface StepsCheck {
  source: YamlSource;
  agents: readonly Agent[];
  agent: Agent | undefined;
  tools: ReadonlyMap<string, ToolDescription>;
  findWorkflow: FindWorkflow;
  refusalOf: RefusalOf | undefined;
  problems: Problem[];
  /** The ids met so far. */
  seen: Set<string>;
  /** All ids of the workflow. */
  ids: ReadonlySet<string>;
  /** The returns met so far whose expressions are in order. */
  returns: WrittenReturn[];
}

/** Where steps stand: what they may refer to beside each other. */
export interface StepsScope {
  path: YamlPath;
  /** All but `steps`. */
  variables: Readonly<Record<string, ValueType>>;
  /** The results that can be seen from here. */
  results: ReadonlyMap<string, Field>;
  facts: Facts;
  /** Whether other steps may run at the same time: those of another item or branch. */
  beside: boolean;
}

/** The ids of all steps, however deep, to tell a step that runs later from one that does not exist. */
export function collectIds(steps: readonly Json[]): Set<string> {
  const ids = new Set<string>();
  for (const step of steps) {
    if (!isRecord(step)) continue;
    if (typeof step.id === "string") ids.add(step.id);
    for (const inner of nestedLists(step)) for (const id of collectIds(inner)) ids.add(id);
  }
  return ids;
}

/** The lists of steps that stand in a step as it is written. */
function nestedLists({ steps, else: others, parallel }: Readonly<Record<string, Json>>): Json[][] {
  const branches = isRecord(parallel) ? Object.values(parallel) : [];
  return [steps, others, ...branches].filter((list) => Array.isArray(list));
}

/** Checks steps in the order in which they run. Returns their plan and the record of their own results. */
export function checkSteps(steps: readonly Json[], check: StepsCheck, scope: StepsScope): CheckedSteps {
  const own = new Map<string, Field>();
  let { facts } = scope;
  let endedBy: string | undefined;
  let ends = false;
  const planned = steps.map((value, index) => {
    const path = [...scope.path, index];
    const { step, problems } = readStep(check.source, path, value);
    check.problems.push(...problems);
    const id = isRecord(value) && typeof value.id === "string" ? value.id : "";
    checkId(id, value, check, path);
    if (endedBy !== undefined) {
      const hint = `Put an if: on step "${endedBy}", or remove what stands below it.`;
      const message = `This step never runs: step "${endedBy}" above it always returns.`;
      check.problems.push(check.source.problemAt(path, { code: "unreachable", message, hint }));
      endedBy = undefined; // told once
    }
    if (!step) {
      own.set(id, { type: anyType, required: true });
      return { id, kind: "" };
    }
    const visible = { ...scope, facts, results: new Map([...scope.results, ...own]) };
    const { plan, result, returns, always, otherwise } = checkStep(step, check, { ...visible, path });
    if (returns && !step.continueOnError) {
      if (always) {
        endedBy = id;
        ends = true;
      } else {
        // what comes after it runs only where its condition did not hold
        facts = union(facts, otherwise);
      }
    }
    const lacking = !always || (step.continueOnError && !step.kind.handlesErrors);
    // of two steps with one id, which is told above, the first is meant
    if (!own.has(id))
      own.set(id, { type: result, required: !lacking, reason: `Step "${id}" may not have run` });
    return plan;
  });
  return { steps: planned, results: { kind: "record", fields: own, closed: true }, ends };
}

function checkStep(
  step: WrittenStep,
  check: StepsCheck,
  scope: StepsScope,
): { plan: PlanStep; result: ValueType; returns: boolean; always: boolean; otherwise: Facts } {
  const { kind, id, condition, continueOnError, body } = step;
  const { facts, otherwise } = condition === undefined ? nothing : conditionFacts(condition, check, scope);
  const inside = { ...scope, facts: union(scope.facts, facts) };
  const branches = { conditional: condition !== undefined, otherwise: union(scope.facts, otherwise) };
  const checked = kind.check(body, stepScope(id, check, inside, branches));
  const { members, result, ends: returns = false } = checked;
  const always = condition === undefined || checked.always === true;
  const plan: PlanStep = {
    id,
    kind: kind.kind,
    ...(condition !== undefined && { if: condition }),
    ...(continueOnError && { continue_on_error: true }),
    ...planAttempts(step, check, scope),
    ...members,
  };
  return { plan, result, returns, always, otherwise };
}

/** The members of a plan's step that say how often and how long it is attempted. */
function planAttempts(
  { retry, timeout }: WrittenStep,
  { source, problems }: StepsCheck,
  { path }: StepsScope,
): Record<string, Json> {
  const read = (text: string, key: YamlPath) =>
    readDuration(text, [...path, ...key], (at, fault) => problems.push(source.problemAt(at, fault)));
  const timeoutMs = timeout === undefined ? undefined : read(timeout, ["timeout"]);
  const within = timeoutMs === undefined ? {} : { timeout_ms: timeoutMs };
  if (retry === undefined) return within;
  const { attempts, backoff, max, on } =
    typeof retry === "number" ? { ...defaultRetry, attempts: retry } : retry;
  const baseMs = read(backoff, ["retry", "backoff"]) ?? 0;
  const capMs = read(max, ["retry", "max"]) ?? 0;
  return { ...within, retry: { attempts, baseMs, capMs, ...(on && { on }) } };
}

const nothing = { facts: noFacts, otherwise: noFacts };

function conditionFacts(
  condition: string,
  check: StepsCheck,
  scope: StepsScope,
): { facts: Facts; otherwise: Facts } {
  const { faults, facts, otherwise } = checkCondition(condition, typeScope(check, scope));
  for (const { path, start, end, ...fault } of faults) {
    const { code, message, hint } = fault;
    const at = [...scope.path, "if", ...path];
    check.problems.push(check.source.problemAt(at, { code, message, hint }, { start, end }));
  }
  return { facts, otherwise };
}

/** Where an `if` stands between steps. */
interface Branches {
  conditional: boolean;
  /** What is certain where it does not hold. */
  otherwise: Facts;
}

function stepScope(id: string, check: StepsCheck, scope: StepsScope, branches: Branches): StepScope {
  const { source, problems, agents, agent, tools, refusalOf } = check;
  const report: StepScope["report"] = (path, fault, place) => {
    problems.push(source.problemAt([...scope.path, ...path], fault, place));
  };
  return {
    id,
    conditional: branches.conditional,
    agents,
    agent,
    report,
    refusalOf: (tool) => (agent === undefined ? undefined : refusalOf?.(agent.id, tool)),
    findTool(name, path) {
      const tool = tools.get(name);
      if (!tool) report(path, unknownTool(name, tools));
      return tool;
    },
    checkTemplate(template, path, expected) {
      const { type, faults } = checkTemplate(template, typeScope(check, scope), expected);
      for (const { code, message, hint, path: inner, ...place } of faults) {
        report([...path, ...inner], { code, message, hint }, place);
      }
      return type;
    },
    findWorkflow(name, path) {
      const found = check.findWorkflow(name);
      if ("plan" in found) return found;
      report(path, found);
      return undefined;
    },
    withVariables(variables) {
      // A name may be that of an outer loop's item, about which other things are certain.
      const facts = Object.keys(variables).reduce(factsWithout, scope.facts);
      return stepScope(
        id,
        check,
        { ...scope, facts, variables: { ...scope.variables, ...variables } },
        branches,
      );
    },
    checkSteps(steps, path, { beside = scope.beside, otherwise = false } = {}) {
      const facts = otherwise ? branches.otherwise : scope.facts;
      return checkSteps(steps, check, { ...scope, facts, beside, path: [...scope.path, ...path] });
    },
    beside: scope.beside,
    checkReturn(values, path) {
      const types = typeScope(check, scope);
      const tell = ({ code, message, hint, path: inner, ...place }: TemplateFault) =>
        report([...path, ...inner], { code, message, hint }, place);
      const { faults } = checkTemplate({ ...values }, types);
      faults.forEach(tell);
      if (faults.length === 0) check.returns.push({ values, scope: types, report: tell });
    },
  };
}

/** The types of everything that an expression may name here. */
export function typeScope(check: StepsCheck, scope: StepsScope): TypeScope {
  const steps: RecordType = {
    kind: "record",
    fields: scope.results,
    closed: true,
    explain: (field) => explainStep(field, check, scope),
  };
  return { variables: { ...scope.variables, steps }, facts: scope.facts };
}

function explainStep(field: string, { ids, seen }: StepsCheck, { results }: StepsScope): Fault {
  if (!ids.has(field)) {
    const known = [...results.keys()];
    const hint = didYouMean(field, known) ?? `Steps before this one: ${known.join(", ") || "none"}.`;
    return { code: "unknown-step", message: `There is no step "${field}".`, hint };
  }
  if (!seen.has(field)) {
    const hint = "A step can use the results of the steps above it only.";
    return { code: "forward-reference", message: `Step "${field}" runs later.`, hint };
  }
  const hint =
    "Use the result of the step that contains it: of a group, steps.group.inner; of a branch, steps.parallel.branch.inner.";
  return { code: "out-of-reach", message: `The result of step "${field}" is not visible here.`, hint };
}

function checkId(id: string, value: Json, { source, seen, problems }: StepsCheck, path: YamlPath): void {
  const has = isRecord(value) && "id" in value;
  const at = [...path, "id"];
  if (!has) {
    const hint = "Its results, its path in a run and its keys go by it.";
    problems.push(source.problemAt(path, { code: "missing-key", message: "A step needs an id.", hint }));
  } else if (!/^[a-z_][a-z0-9_]*$/.test(id)) {
    const hint = "Use lower case letters, digits and _: expressions write steps.id.";
    problems.push(source.problemAt(at, { code: "invalid-name", message: `"${id}" is not an id.`, hint }));
  } else if (seen.has(id)) {
    const message = `There is another step "${id}" above.`;
    const hint = "Ids are unique in a workflow, also inside loops.";
    problems.push(source.problemAt(at, { code: "duplicate-id", message, hint }));
  }
  seen.add(id);
}

function unknownTool(name: string, tools: ReadonlyMap<string, ToolDescription>): Fault {
  const [server] = name.split(".");
  const all = [...tools.values()];
  const siblings = all.filter((tool) => tool.server === server).map(toolId);
  const servers = [...new Set(all.map((tool) => tool.server))];
  const fallback =
    siblings.length > 0 ? `Tools: ${siblings.join(", ")}.` : `Servers: ${servers.join(", ") || "none"}.`;
  const hint = didYouMean(name, [...tools.keys()]) ?? fallback;
  return { code: "unknown-tool", message: `There is no tool "${name}".`, hint };
}
