import type { Command } from "commander";
import { limitWords } from "../../core/limit-words.ts";
import { everyone } from "../../identity/pauses.ts";
import { examples, globalOptions } from "../command.ts";
import { pausedPrincipals } from "../paused-principals.ts";
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
  const paused = pausedPrincipals(workspace);
  const isPaused = (id: string) => paused.has(everyone) || paused.has(`agent:${id}`);
  if (json) {
    const agents = workspace.agents.map((agent) => ({ ...agent, paused: isPaused(agent.id) }));
    terminal.json({ agents, problems: workspace.problems });
    return;
  }
  const { colour } = terminal;
  for (const { id, description, tools, model, limits } of workspace.agents) {
    const mark = isPaused(id) ? `${colour.yellow("‖ paused")}  ` : "";
    terminal.print(`${colour.bold(id)}  ${mark}${description}`);
    terminal.print(
      `  ${colour.dim("kind  ")}  ${model === undefined ? "scripted: its workflows spell out every step" : `model ${model}`}`,
    );
    terminal.print(`  ${colour.dim("tools ")}  ${tools.join(", ") || "none"}`);
    const told = limitWords(limits);
    if (told.length > 0) terminal.print(`  ${colour.dim("limits")}  ${told.join(", ")}`);
  }
  if (workspace.agents.length === 0) terminal.note("There are no agents yet; each is a file agents/NAME.md.");
  reportProblems(workspace.problems, workspace, terminal);
}
