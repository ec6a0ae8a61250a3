import { didYouMean } from "../../core/closest.ts";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import { checkTemplate } from "../../workflow/check-template.ts";
import { noFacts } from "../../workflow/narrowing.ts";
import { typeOfSchema } from "../../workflow/schema-type.ts";
import type { Fault } from "../../workflow/types.ts";
import { partialType } from "../partial-type.ts";
import { noGrant, type TestCase } from "./test-file.ts";

/** The names that a case may use. */
export interface KnownNames {
  tools: readonly ToolDescription[];
  roles: readonly string[];
  /** The ids of the policies. */
  policies: readonly string[];
}

/**
 * Finds the misspelt names and wrong types of a case: its tool, its policies, its role, and its arguments and facts by
 * the tool's own schemas, so that a test cannot pass because it asks about something that does not exist.
 */
export function checkCase(testCase: TestCase, known: KnownNames): Problem[] {
  const { tool: id, problemAt, by, role } = testCase;
  const problems: Problem[] = [];
  const name = (kind: string, key: string, given: string, all: readonly string[]) => {
    if (all.includes(given)) return;
    const hint = didYouMean(given, all) ?? `There are: ${all.join(", ") || "none"}.`;
    problems.push(
      problemAt([key], { code: `unknown-${kind}`, message: `There is no ${kind} "${given}".`, hint }),
    );
  };
  for (const policy of by) if (policy !== noGrant) name("policy", "by", policy, known.policies);
  if (role !== undefined) name("role", "role", role, known.roles);
  const ids = known.tools.map(toolId);
  const tool = known.tools[ids.indexOf(id)];
  if (tool === undefined) {
    const hint = didYouMean(id, ids) ?? "`ringmain servers` lists the tools.";
    return [
      ...problems,
      problemAt(["tool"], { code: "unknown-tool", message: `There is no tool "${id}".`, hint }),
    ];
  }
  problems.push(...checkValues(testCase, "arguments", tool.inputSchema));
  if (tool.factsSchema === undefined && Object.keys(testCase.facts).length > 0) {
    const fault = {
      code: "unknown-fact",
      message: `${id} tells policies no facts.`,
      hint: "Leave facts out.",
    };
    return [...problems, problemAt(["facts"], fault, true)];
  }
  return [...problems, ...checkValues(testCase, "facts", tool.factsSchema)];
}

function checkValues(testCase: TestCase, member: "arguments" | "facts", schema: Json | undefined): Problem[] {
  const type = partialType(typeOfSchema(schema ?? {}));
  const { faults } = checkTemplate(testCase[member], { variables: {}, facts: noFacts }, type);
  return faults.map(({ path, atKey, ...fault }) => {
    const told = member === "facts" ? inTermsOfFacts(fault) : fault;
    return testCase.problemAt([member, ...path], told, atKey);
  });
}

function inTermsOfFacts({ code, message, hint }: Fault): Fault {
  return {
    code: code === "unknown-argument" ? "unknown-fact" : code,
    message: message.replace(/argument/, "fact"),
    hint,
  };
}
