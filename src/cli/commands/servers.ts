import type { Command } from "commander";
import { toolId } from "../../core/tool-description.ts";
import { examples, globalOptions } from "../command.ts";
import { openRing, openWorkspace } from "../wire.ts";

export function define(command: Command): void {
  command
    .argument("[server]", "show one server's tools with their descriptions")
    .addHelpText(
      "after",
      examples([
        ["ringmain servers", "every server and its tools"],
        ["ringmain servers accounting", "one server, with descriptions"],
        ["ringmain servers --json", "with input and output schemas"],
      ]),
    )
    .action((server: string | undefined) => showServers(server, command));
}

async function showServers(server: string | undefined, command: Command): Promise<void> {
  const { workspace: named, terminal, json } = globalOptions(command);
  const ring = await openRing({ workspace: openWorkspace(named), log: terminal.note });
  try {
    const tools = await ring.hub.tools(server);
    if (json) return terminal.json({ servers: ring.hub.status(), tools });
    const { colour } = terminal;
    for (const name of new Set(tools.map((tool) => tool.server))) {
      terminal.print(colour.bold(name));
      for (const tool of tools.filter((candidate) => candidate.server === name)) {
        const effect = tool.effect === "read" ? colour.green("read  ") : colour.yellow(tool.effect.padEnd(6));
        terminal.print(`  ${effect}  ${toolId(tool).padEnd(36)} ${tool.title}`);
        if (server !== undefined) terminal.print(`          ${colour.dim(tool.description)}`);
      }
    }
  } finally {
    await ring.close();
  }
}
