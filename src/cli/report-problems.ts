import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../core/problem.ts";
import { formatProblem } from "../workflow/code-frame.ts";
import type { Workspace } from "../workspace/load-workspace.ts";
import type { Terminal } from "./terminal.ts";

/** Shows faults to a person, each with the lines around it. */
export function reportProblems(problems: readonly Problem[], workspace: Workspace, terminal: Terminal): void {
  if (problems.length === 0) return;
  const texts = new Map<string, string>();
  for (const problem of problems) {
    const text = texts.get(problem.file) ?? readFileSync(join(workspace.dir, problem.file), "utf8");
    texts.set(problem.file, text);
    terminal.note(`\n${formatProblem(problem, text, { colour: terminal.colour.isColorSupported })}`);
  }
  terminal.note(`\n${problems.length === 1 ? "1 fault" : `${problems.length} faults`}.`);
}
