import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { RingmainError } from "../../core/errors.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import type { GlobalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { pinnedTools } from "../pinned-tools.ts";
import { reportProblems } from "../report-problems.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../wire.ts";
import { permissionMatrix } from "./matrix.ts";
import { type Decided, runPolicyTests, type TestedCase, testedTools } from "./run-tests.ts";
import { printMatrix } from "./show-matrix.ts";
import type { TestCase } from "./test-file.ts";

/** Runs test files, shows what came out and then the matrix, and sets the exit code: 0, 1 (not as expected) or 2. */
export async function showTests(
  file: string | undefined,
  options: { matrix: boolean },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const files = file === undefined ? workspace.policyTests : [namedFile(file, workspace)];
  if (files.length === 0) {
    throw new RingmainError("NOT_FOUND", "There are no tests: no file policies/*.test.yaml.", {
      hint: "`ringmain policy test --help` shows what one looks like.",
    });
  }
  const tools = await pinnedTools(workspace, terminal);
  const { results, problems } = runPolicyTests({ workspace, tools, files });
  const failed = results.filter(({ ok }) => !ok);
  if (failed.length > 0) process.exitCode = exitCode.runFailed;
  if (problems.length > 0) process.exitCode = exitCode.usage;
  const matrix = permissionMatrix(workspace, tools);
  if (json) {
    return terminal.json({
      ok: failed.length === 0 && problems.length === 0,
      cases: results.map(document),
      problems,
      ...(options.matrix && { matrix }),
    });
  }
  printResults(results, terminal);
  reportProblems(problems, workspace, terminal);
  const { colour } = terminal;
  const tested = counted(testedTools(results, tools), "tool");
  const told = `${counted(results.length, "decision")} about ${tested}`;
  if (failed.length > 0) terminal.print(`\n${colour.red("✗")} ${told}: ${failed.length} not as expected`);
  else if (problems.length === 0) terminal.print(`\n${colour.green("✓")} ${told}: all as expected`);
  if (!options.matrix) return;
  terminal.print();
  printMatrix(matrix, terminal);
}

/** A file named relative to where one stands, or to the workspace. */
function namedFile(file: string, { dir }: Workspace): { file: string; text: string } {
  const path = [resolve(file), resolve(dir, file)].find((candidate) => existsSync(candidate));
  if (path === undefined) throw new RingmainError("NOT_FOUND", `There is no file ${file}.`);
  try {
    return { file: relative(dir, path), text: readFileSync(path, "utf8") };
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${file} cannot be read.`, {
      hint: "It must be a file that this user may read.",
      cause,
    });
  }
}

function printResults(results: readonly TestedCase[], terminal: Terminal): void {
  const { colour } = terminal;
  let file = "";
  for (const { case: tested, ok, decided } of results) {
    if (tested.file !== file) terminal.print(colour.bold(tested.file));
    file = tested.file;
    if (ok) {
      terminal.print(`  ${colour.green("✓")} ${tested.name}`);
      continue;
    }
    terminal.print(`  ${colour.red("✗")} ${tested.name}  ${colour.dim(`${tested.file}:${tested.line}`)}`);
    terminal.print(`      expected  ${expectedText(tested)}`);
    terminal.print(`      decided   ${decidedText(decided)}`);
  }
}

function expectedText({ expect, role, by }: TestCase): string {
  return [
    expect,
    ...(role === undefined ? [] : [`of ${role}`]),
    ...(by.length > 0 ? [`by ${by.join(", ")}`] : []),
  ].join(" ");
}

function decidedText({ decision, roles = [], by }: Decided): string {
  const policies = by.map(({ id, place }) => (place === undefined || place === id ? id : `${id} (${place})`));
  const parts = [decision, ...(roles.length === 0 ? [] : [`of ${roles.join(" and ")}`])];
  return [...parts, ...(policies.length > 0 ? [`by ${policies.join(", ")}`] : [])].join(" ");
}

function document({ case: tested, ok, decided }: TestedCase) {
  const { name, file, line, who, tool, expect, role, by } = tested;
  return { name, file, line, ok, who, tool, expected: { decision: expect, role, by }, decided };
}
