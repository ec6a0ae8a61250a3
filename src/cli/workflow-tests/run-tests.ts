import { didYouMean } from "../../core/closest.ts";
import { compareProblems, type Problem } from "../../core/problem.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import type { Plan } from "../../workflow/plan.ts";
import { createCaseCheck } from "./check-case.ts";
import { type Difference, judgeCase } from "./judge-case.ts";
import { type CaseRun, runCase } from "./run-case.ts";
import { readTestFile, type WorkflowCase } from "./test-file.ts";

export interface TestedCase {
  case: WorkflowCase;
  run: CaseRun;
  /** None when everything is as expected. */
  differences: Difference[];
  durationMs: number;
}

/**
 * Runs the cases of some test files, one after another. Cases with faults of their own, and those of workflows with
 * faults, are not run.
 */
export async function runWorkflowTests(options: {
  /** Of the workflows without faults. */
  plans: readonly Plan[];
  /** The ids of all workflows, also of those with faults. */
  workflows: readonly string[];
  tools: readonly ToolDescription[];
  files: readonly { file: string; text: string }[];
  /** Which cases; all when absent. */
  chosen?: (testCase: WorkflowCase) => boolean;
}): Promise<{ results: TestedCase[]; problems: Problem[] }> {
  const { plans, workflows, tools, files, chosen = () => true } = options;
  const check = createCaseCheck(tools);
  const planOf = new Map(plans.map((plan) => [plan.workflow, plan]));
  const reading = new Set(tools.filter(({ effect }) => effect === "read").map(toolId));
  const problems: Problem[] = [];
  const results: TestedCase[] = [];

  for (const { file, text } of files) {
    const read = readTestFile(file, text);
    problems.push(...read.problems);
    const faulty = new Set(read.problems.map(({ line }) => line));
    for (const testCase of read.cases) {
      if (!chosen(testCase)) continue;
      const plan = planOf.get(testCase.workflow);
      if (plan === undefined) {
        if (!workflows.includes(testCase.workflow)) problems.push(unknownWorkflow(testCase, workflows));
        continue;
      }
      const faults = check(testCase, plan);
      problems.push(...faults);
      if (faults.length > 0 || faulty.size > 0) continue;
      const start = performance.now();
      const run = await runCase(plan, testCase);
      const differences = judgeCase(testCase, run, (tool) => !reading.has(tool));
      results.push({ case: testCase, run, differences, durationMs: performance.now() - start });
    }
  }
  return { results, problems: distinct(problems).sort(compareProblems) };
}

function unknownWorkflow({ file, workflow }: WorkflowCase, workflows: readonly string[]): Problem {
  const hint =
    didYouMean(workflow, workflows) ?? "Name the file after its workflow, or write workflow: at its top.";
  return {
    code: "unknown-workflow",
    message: `There is no workflow "${workflow}".`,
    hint,
    file,
    line: 1,
    column: 1,
  };
}

/** A fault of the defaults is found in every case that takes them. */
function distinct(problems: readonly Problem[]): Problem[] {
  const key = ({ file, line, column, message }: Problem) => `${file}:${line}:${column} ${message}`;
  return [...new Map(problems.map((problem) => [key(problem), problem])).values()];
}
