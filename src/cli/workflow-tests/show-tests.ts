import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import { readWorkflowTests, type Workspace } from "../../workspace/load-workspace.ts";
import { checkWorkspace } from "../check-workspace.ts";
import type { GlobalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { outputFile } from "../export/output-file.ts";
import { pinnedTools } from "../pinned-tools.ts";
import { reportProblems } from "../report-problems.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../wire.ts";
import { differenceText } from "./difference-text.ts";
import { junitReport } from "./junit.ts";
import { runWorkflowTests, type TestedCase } from "./run-tests.ts";
import { readTestFile } from "./test-file.ts";

export interface TestOptions {
  only?: string;
  junit?: string;
}

/**
 * Checks the workspace, runs the cases of the workflows named (of all when none is), shows what came out and sets the
 * exit code: 0, 1 (not as expected) or 2 (a file is wrong).
 */
export async function showWorkflowTests(
  named: readonly string[],
  { only, junit }: TestOptions,
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const report = junit === undefined ? undefined : outputFile(junit);
  const files = testFiles(workspace, named);
  const tools = await pinnedTools(workspace, terminal);
  const checked = await checkWorkspace(workspace, tools);
  const { results, problems: ofTests } = await runWorkflowTests({
    plans: checked.plans,
    workflows: workspace.workflows.map(({ id }) => id),
    tools,
    files,
    ...(only !== undefined && { chosen: ({ name }) => name.toLowerCase().includes(only.toLowerCase()) }),
  });
  const problems = [...checked.problems.filter(concerns(workspace, named)), ...ofTests];
  if (results.length === 0 && problems.length === 0)
    throw new RingmainError("NOT_FOUND", `No case has "${only}" in its name.`, {
      hint: "`ringmain test` runs them all and shows their names.",
    });
  const failed = results.filter(({ differences }) => differences.length > 0);
  if (failed.length > 0) process.exitCode = exitCode.runFailed;
  if (problems.length > 0) process.exitCode = exitCode.usage;
  await report?.write(chunk(junitReport(results, problems)));
  if (json) {
    return terminal.json({
      ok: failed.length === 0 && problems.length === 0,
      cases: results.map(document),
      problems,
    });
  }
  printResults(results, terminal);
  reportProblems(problems, workspace, terminal);
  const { colour } = terminal;
  const took = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const told = `${counted(results.length, "case")} in ${(took / 1000).toFixed(2)} s`;
  if (failed.length > 0) terminal.print(`\n${colour.red("✗")} ${told}: ${failed.length} not as expected`);
  else if (problems.length === 0) terminal.print(`\n${colour.green("✓")} ${told}: all as expected`);
}

/** The test files that have a case of one of the workflows. Throws NOT_FOUND when there are none. */
function testFiles(workspace: Workspace, named: readonly string[]) {
  const ids = workspace.workflows.map(({ id }) => id);
  for (const id of named) {
    if (ids.includes(id)) continue;
    const hint = didYouMean(id, ids) ?? "`ringmain workflows` lists them.";
    throw new RingmainError("NOT_FOUND", `There is no workflow "${id}".`, { hint });
  }
  const files = readWorkflowTests(workspace);
  const chosen =
    named.length === 0
      ? files
      : files.filter(({ id, file, text }) => {
          const [first] = readTestFile(file, text).cases;
          return named.includes(first?.workflow ?? id);
        });
  if (chosen.length > 0) return chosen;
  const whose = named.length === 0 ? "" : ` of ${named.join(", ")}`;
  throw new RingmainError("NOT_FOUND", `There are no tests${whose}: no file workflows/*.test.yaml.`, {
    hint: "`ringmain test --help` shows what one looks like; `ringmain runs record` makes one of a run.",
  });
}

/** Faults of workflows that were not named are left to `ringmain check`. */
function concerns({ workflows }: Workspace, named: readonly string[]): (problem: Problem) => boolean {
  const others = workflows
    .filter(({ id }) => named.length > 0 && !named.includes(id))
    .map(({ file }) => file);
  return ({ file }) => !others.includes(file);
}

async function* chunk(text: string): AsyncGenerator<string> {
  yield text;
}

function printResults(results: readonly TestedCase[], terminal: Terminal): void {
  const { colour } = terminal;
  let file = "";
  for (const { case: tested, differences } of results) {
    if (tested.file !== file) terminal.print(colour.bold(tested.file));
    file = tested.file;
    if (differences.length === 0) {
      terminal.print(`  ${colour.green("✓")} ${tested.name}`);
      continue;
    }
    terminal.print(`  ${colour.red("✗")} ${tested.name}  ${colour.dim(`${tested.file}:${tested.line}`)}`);
    for (const difference of differences)
      for (const line of differenceText(difference)) terminal.print(`      ${line}`);
  }
}

function document({ case: { name, file, line, workflow }, run, differences, durationMs }: TestedCase) {
  const ok = differences.length === 0;
  return {
    name,
    file,
    line,
    workflow,
    ok,
    duration_ms: Math.round(durationMs * 1000) / 1000,
    differences,
    run,
  };
}
