import type { Command } from "commander";
import { examples, globalOptions } from "../command.ts";
import { reportProblems } from "../report-problems.ts";
import { openWorkspace } from "../wire.ts";

export function define(command: Command): void {
  command
    .addHelpText("after", examples([["ringmain agents", "who acts, and what each may do"]]))
    .action(() => showAgents(command));
}

function showAgents(command: Command): void {
  const { workspace: named, terminal, json } = globalOptions(command);
  const workspace = openWorkspace(named);
  if (json) {
    terminal.json({ agents: workspace.agents, problems: workspace.problems });
    return;
  }
  const { colour } = terminal;
  for (const { id, description, tools, model, limits } of workspace.agents) {
    terminal.print(`${colour.bold(id)}  ${description}`);
    terminal.print(
      `  ${colour.dim("kind  ")}  ${model === undefined ? "scripted: its workflows spell out every step" : `model ${model}`}`,
    );
    terminal.print(`  ${colour.dim("tools ")}  ${tools.join(", ") || "none"}`);
    const told = Object.entries(limits).map(([limit, most]) => `${limit} ${most}`);
    if (told.length > 0) terminal.print(`  ${colour.dim("limits")}  ${told.join(", ")}`);
  }
  if (workspace.agents.length === 0) terminal.note("There are no agents yet; each is a file agents/NAME.md.");
  reportProblems(workspace.problems, workspace, terminal);
}
