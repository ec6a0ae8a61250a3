import type { Command } from "commander";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, globalOptions } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { reportProblems } from "../report-problems.ts";
import { openRing, openWorkspace } from "../wire.ts";

export function define(command: Command): void {
  command
    .addHelpText(
      "after",
      examples([
        ["ringmain check", "every fault, with file, line, column and a hint"],
        ["ringmain check --json", "for an editor or a pipeline; exit code 2 when there are faults"],
      ]),
    )
    .action(() => check(command));
}

async function check(command: Command): Promise<void> {
  const { workspace: named, terminal, json } = globalOptions(command);
  const workspace = openWorkspace(named);
  const ring = await openRing({ workspace, log: terminal.note });
  try {
    const { plans, problems } = await checkWorkspace(workspace, await ring.tools());
    if (problems.length > 0) process.exitCode = exitCode.usage;
    if (json)
      return terminal.json({
        ok: problems.length === 0,
        workflows: plans.map(({ workflow }) => workflow),
        problems,
      });
    reportProblems(problems, workspace, terminal);
    if (problems.length > 0) return;
    const { agents, policies } = workspace;
    const counts = `${plans.length} workflows, ${agents.length} agents, ${policies.length} policy files`;
    terminal.print(`${terminal.colour.green("✓")} ${counts}: no faults`);
  } finally {
    await ring.close();
  }
}
