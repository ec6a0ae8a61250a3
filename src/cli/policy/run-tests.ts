import type { Problem } from "../../core/problem.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import { createAccess, type Decision } from "../../policy/access.ts";
import { createCompletion } from "../../policy/complete-call.ts";
import { type ForbidRule, readForbids } from "../../policy/forbid-rules.ts";
import { grantsOf, type Workspace } from "../../workspace/load-workspace.ts";
import { inOrder, readTests } from "./check-tests.ts";
import { noGrant, type TestCase } from "./test-file.ts";

/** What was decided, in the terms of a test file. */
export interface Decided {
  decision: TestCase["expect"];
  /** The roles that are asked. */
  roles?: string[];
  /** The policies that refuse or ask, with where each stands; `no grant` alone where none opens the tool. */
  by: { id: string; place?: string }[];
  /** The decision in a sentence, as the caller would read it. */
  message?: string;
}

export interface TestedCase {
  case: TestCase;
  ok: boolean;
  decided: Decided;
}

export interface Tested {
  results: TestedCase[];
  /** Faults of the files, in order. The cases that have one were not decided. */
  problems: Problem[];
}

/** Decides every case of some test files with the grants and policies of a workspace. Calls nothing. */
export function runPolicyTests(options: {
  workspace: Workspace;
  tools: readonly ToolDescription[];
  files: readonly { file: string; text: string }[];
}): Tested {
  const { workspace, tools, files } = options;
  const { policies } = workspace;
  const rules = readForbids(policies);
  const access = createAccess({ grants: grantsOf(workspace), policies, tools });
  const complete = createCompletion({ policies, tools });
  const { cases, problems } = readTests({ workspace, tools, files });
  const results: TestedCase[] = [];

  for (const { testCase, caller } of cases) {
    const { missing, ...values } = complete(caller, testCase.tool, testCase);
    const opened = access.opens(caller, testCase.tool) !== undefined;
    if (opened && missing.length > 0) {
      problems.push(...missing.map((value) => missingProblem(testCase, value)));
      continue;
    }
    const decided = decidedBy(access.decide({ ...caller, tool: testCase.tool, ...values }), rules);
    results.push({ case: testCase, ok: isAsExpected(testCase, decided), decided });
  }
  return { results, problems: inOrder(problems) };
}

/** How many tools the cases name, so that somebody sees what is left untested. */
export function testedTools(results: readonly TestedCase[], tools: readonly ToolDescription[]): number {
  const named = new Set(results.map((result) => result.case.tool));
  return tools.filter((tool) => named.has(toolId(tool))).length;
}

function missingProblem(
  testCase: TestCase,
  { path, policies }: { path: (string | number)[]; policies: string[] },
): Problem {
  const message = `${path.join(".")} is missing, and ${policies.join(", ")} looks at it.`;
  return testCase.problemAt(path.slice(0, 1), {
    code: "missing-value",
    message,
    hint: "Give it a value, here or under defaults.",
  });
}

function decidedBy(decision: Decision, rules: readonly ForbidRule[]): Decided {
  if (decision.allowed) return { decision: "allow", by: [] };
  const { code, policies, message } = decision;
  const by = policies.map((id) => {
    const place = rules.find((rule) => rule.id === id)?.place;
    return { id, ...(place !== undefined && { place }) };
  });
  if (code !== "APPROVAL_REQUIRED")
    return { decision: "deny", by: by.length > 0 ? by : [{ id: noGrant }], message };
  const asking = rules.filter(({ id }) => policies.includes(id));
  const roles = [...new Set(asking.flatMap(({ approval }) => approval ?? []))];
  return { decision: "approval", roles, by, message };
}

function isAsExpected({ expect, role, by }: TestCase, decided: Decided): boolean {
  const roles = decided.roles ?? [];
  const ids = decided.by.map(({ id }) => id);
  return (
    decided.decision === expect &&
    (role === undefined || roles.includes(role)) &&
    by.every((id) => ids.includes(id))
  );
}
