import { RingmainError } from "../../core/errors.ts";
import { compareProblems, type Problem } from "../../core/problem.ts";
import type { ToolDescription } from "../../core/tool-description.ts";
import type { Caller } from "../../policy/access.ts";
import { scanPolicies } from "../../policy/scan-policies.ts";
import type { SourceFile, Workspace } from "../../workspace/load-workspace.ts";
import { checkCase } from "./check-case.ts";
import { callerNamed } from "./named-caller.ts";
import { readTestFile, type TestCase } from "./test-file.ts";

interface TestFiles {
  workspace: Workspace;
  tools: readonly ToolDescription[];
  files: readonly Pick<SourceFile, "file" | "text">[];
}

/** A case in which everything exists, and who asks in it. */
export interface SoundCase {
  testCase: TestCase;
  caller: Caller;
}

/**
 * Reads test files and finds what is wrong with them: what is no such file, and cases that name a principal, tool, role,
 * policy, argument or fact that there is not. Decides nothing and loads no Cedar.
 */
export function readTests({ workspace, tools, files }: TestFiles): {
  cases: SoundCase[];
  problems: Problem[];
} {
  const known = { tools, roles: Object.keys(workspace.config.roles), policies: policyIds(workspace) };
  const problems: Problem[] = [];
  const cases: SoundCase[] = [];
  for (const { file, text } of files) {
    const read = readTestFile(file, text);
    problems.push(...read.problems);
    for (const testCase of read.cases) {
      const { found, caller } = callerOf(testCase, workspace);
      const faults = [...found, ...checkCase(testCase, known)];
      problems.push(...faults);
      if (faults.length === 0 && caller !== undefined) cases.push({ testCase, caller });
    }
  }
  return { cases, problems };
}

/** The faults of the workspace's own test files, in order, each once. */
export function checkTests(workspace: Workspace, tools: readonly ToolDescription[]): Problem[] {
  return inOrder(readTests({ workspace, tools, files: workspace.policyTests }).problems);
}

/** In file order and each once: a fault of the defaults is found in every case that takes them. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const key = ({ file, line, column, message }: Problem) => `${file}:${line}:${column} ${message}`;
  return [...new Map(problems.map((problem) => [key(problem), problem])).values()].sort(compareProblems);
}

/** By the names that entries give them: the `@id`, or the place. */
function policyIds({ policies }: Workspace): string[] {
  return policies
    .flatMap(({ file, text }) => scanPolicies(file, text))
    .filter(({ effect }) => effect !== "permit")
    .map(({ annotations, file, line }) => annotations.get("id") || `${file}:${line}`);
}

function callerOf(testCase: TestCase, workspace: Workspace): { found: Problem[]; caller?: Caller } {
  try {
    return { found: [], caller: callerNamed(testCase.who, workspace).caller };
  } catch (error) {
    if (!(error instanceof RingmainError)) throw error;
    const { message, hint } = error;
    return { found: [testCase.problemAt(["who"], { code: "unknown-principal", message, hint })] };
  }
}
