import type { Command } from "commander";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, globalOptions } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { reportProblems } from "../report-problems.ts";
import { openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";

export function define(command: Command): void {
  command
    .addHelpText("after", examples([["ringmain workflows", "what runs, as whom and when"]]))
    .action(() => showWorkflows(command));
}

async function showWorkflows(command: Command): Promise<void> {
  const { workspace: named, terminal, json } = globalOptions(command);
  const workspace = openWorkspace(named);
  await withRing({ workspace, terminal }, async (ring) => {
    const { plans, problems } = await checkWorkspace(workspace, await ring.tools());
    if (problems.length > 0) process.exitCode = exitCode.usage;
    if (json) return terminal.json({ workflows: plans, problems });
    const { colour } = terminal;
    for (const plan of plans) {
      terminal.print(`${colour.bold(plan.workflow)}  ${plan.name}  ${colour.dim(`as ${plan.agent}`)}`);
      const when = plan.schedules.map(({ cron, timezone }) => `${cron} (${timezone})`).join(", ");
      terminal.print(`  ${colour.dim("runs  ")}  ${when || "by hand"}`);
      const inputs = Object.keys(plan.inputs).join(", ");
      if (inputs !== "") terminal.print(`  ${colour.dim("inputs")}  ${inputs}`);
    }
    if (workspace.workflows.length === 0) {
      terminal.note("There are no workflows yet; each is a file workflows/NAME.yaml.");
    }
    reportProblems(problems, workspace, terminal);
  });
}
