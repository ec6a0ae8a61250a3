import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import type { YamlPath } from "../../core/yaml-file.ts";
import { checkTemplate } from "../../workflow/check-template.ts";
import { resolveInputs } from "../../workflow/inputs.ts";
import { noFacts } from "../../workflow/narrowing.ts";
import type { Plan } from "../../workflow/plan.ts";
import { typeOfSchema } from "../../workflow/schema-type.ts";
import type { Fault, ValueType } from "../../workflow/types.ts";
import { partialType } from "../partial-type.ts";
import type { ExpectedCall, WorkflowCase } from "./test-file.ts";

/**
 * Finds what a case says that cannot be so: tools and arguments that do not exist, answers that do not fit the tool's
 * output schema, inputs and outputs that the workflow has not. A test cannot pass because of a misspelt name.
 */
export function createCaseCheck(
  tools: readonly ToolDescription[],
): (testCase: WorkflowCase, plan: Plan) => Problem[] {
  const byId = new Map(tools.map((tool) => [toolId(tool), tool]));
  const types = new Map<string, ToolTypes>();
  /** Reading a schema costs more than checking a value against it. */
  const typesOf = (id: string): ToolTypes | undefined => {
    const tool = byId.get(id);
    if (tool === undefined) return undefined;
    const known = types.get(id) ?? {
      given: partialType(typeOfSchema(tool.inputSchema)),
      result: typeOfSchema(tool.outputSchema),
    };
    types.set(id, known);
    return known;
  };

  return (testCase, plan) => {
    const { problemAt, expect } = testCase;
    const problems: Problem[] = [];
    const unknownTool = (id: string, path: YamlPath, atKey = false) => {
      const hint = didYouMean(id, [...byId.keys()]) ?? "`ringmain servers` lists the tools.";
      const fault = { code: "unknown-tool", message: `There is no tool "${id}".`, hint };
      problems.push(problemAt(path, fault, atKey));
    };
    const checkArguments = (given: Json | undefined, type: ValueType, path: YamlPath) => {
      for (const { path: inside, atKey, ...fault } of faultsOf(given ?? {}, type))
        problems.push(problemAt([...path, ...inside], fault, atKey));
    };
    const checkCall = ({ call, with: given }: ExpectedCall, path: YamlPath) => {
      const found = typesOf(call);
      if (found === undefined) unknownTool(call, given === undefined ? path : [...path, "call"]);
      else checkArguments(given, found.given, [...path, "with"]);
    };

    for (const [tool, { each, single }] of testCase.tools) {
      const found = typesOf(tool);
      if (found === undefined) {
        unknownTool(tool, ["tools", tool], true);
        continue;
      }
      for (const [index, { when, result }] of each.entries()) {
        const at = single ? ["tools", tool] : ["tools", tool, index];
        checkArguments(when, found.given, [...at, "when"]);
        if (result === undefined) continue;
        for (const { path, atKey, ...fault } of faultsOf(result, found.result))
          problems.push(problemAt([...at, "result", ...path], inTermsOfAnswers(fault, tool), atKey));
      }
    }
    for (const member of ["calls", "writes", "never"] as const)
      for (const [index, call] of (expect[member] ?? []).entries())
        checkCall(call, ["expect", member, index]);
    for (const [index, { call }] of (expect.writes ?? []).entries()) {
      if (byId.get(call)?.effect !== "read") continue;
      const fault = { code: "invalid-value", message: `${call} only reads.`, hint: "Name it under calls." };
      problems.push(problemAt(["expect", "writes", index], fault));
    }
    problems.push(...outputFaults(testCase, plan), ...inputFaults(testCase, plan), ...endingFaults(testCase));
    return problems;
  };
}

interface ToolTypes {
  /** Of the arguments, none of them required. */
  given: ValueType;
  result: ValueType;
}

function faultsOf(value: Json, type: ValueType) {
  return checkTemplate(literal(value), { variables: {}, facts: noFacts }, type).faults;
}

/** The same value, in which no text is taken for an expression. */
function literal(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("${{", "$ {{");
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, literal(member)]));
}

function inTermsOfAnswers({ code, message, hint }: Fault, tool: string): Fault {
  return {
    code: code.replace("argument", "field"),
    message: message.replace(/\bargument\b/, "field"),
    hint: hint ?? `The output schema of ${tool} says what it answers (docs/tools.md, ringmain.lock).`,
  };
}

function outputFaults({ expect, problemAt, workflow }: WorkflowCase, plan: Plan): Problem[] {
  const known = Object.keys(plan.outputs);
  const unknown = Object.keys(expect.outputs ?? {}).filter((name) => !known.includes(name));
  return unknown.map((name) => {
    const hint = didYouMean(name, known) ?? `Its outputs: ${known.join(", ") || "none"}.`;
    const message = `${workflow} has no output "${name}".`;
    return problemAt(["expect", "outputs", name], { code: "unknown-output", message, hint }, true);
  });
}

function inputFaults({ inputs, problemAt }: WorkflowCase, plan: Plan): Problem[] {
  try {
    resolveInputs(plan, inputs);
    return [];
  } catch (error) {
    if (!(error instanceof RingmainError)) throw error;
    const { message, hint } = error;
    const [, name] = /input "([^"]*)"/.exec(message) ?? [];
    const given = name !== undefined && Object.hasOwn(inputs, name);
    return [problemAt(given ? ["inputs", name] : ["inputs"], { code: "wrong-input", message, hint }, given)];
  }
}

function endingFaults({ expect, problemAt }: WorkflowCase): Problem[] {
  const failed = expect.status === undefined || expect.status === "failed";
  const told = (["error", "step"] as const).filter((member) => expect[member] !== undefined && !failed);
  const code = "invalid-value";
  const message = `A run that is ${expect.status} has no error.`;
  const ofRun = told.map((member) =>
    problemAt(["expect", member], { code, message, hint: "Write status: failed, or leave it out." }, true),
  );
  if (expect.outputs === undefined || (expect.status ?? "done") === "done") return ofRun;
  const hint = "Leave outputs out.";
  return [
    ...ofRun,
    problemAt(["expect", "outputs"], { code, message: "Only a run that is done has outputs.", hint }, true),
  ];
}
