import type { Command } from "commander";
import { rolesWithoutPeople } from "../approvals/dead-ends.ts";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, globalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { reportProblems } from "../report-problems.ts";
import { openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";
import { readLockIfUsable } from "../workspace-tools.ts";

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
  await withRing({ workspace, terminal }, async (ring) => {
    const { plans, problems } = await checkWorkspace(workspace, await ring.tools(), { withTests: true });
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
    const counts = [
      counted(plans.length, "workflow"),
      counted(agents.length, "agent"),
      counted(policies.length, "policy file"),
    ];
    terminal.print(`${terminal.colour.green("✓")} ${counts.join(", ")}: no faults`);
    for (const line of rolesWithoutPeople(workspace).flat()) terminal.note(line);
    if (readLockIfUsable(workspace) === undefined)
      terminal.note(
        "No tool is pinned: a server whose tools change is not noticed. `ringmain lock` pins them.",
      );
  });
}
