import type { Command } from "commander";
import { messageOf, RingmainError } from "../../core/errors.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import { examples, globalOptions } from "../command.ts";
import { exitCodeFor } from "../exit-code.ts";
import { reportError } from "../report-error.ts";
import { openWorkspace, type Ring } from "../wire.ts";
import { withRing } from "../with-ring.ts";

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
  await withRing({ workspace: openWorkspace(named), terminal }, async (ring) => {
    const { tools, failures } = await askServers(ring, server);
    if (failures.length > 0) process.exitCode = exitCodeFor(failures[0]);
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
    for (const failure of failures) reportError(failure, false);
  });
}

/** The tools of the servers that answer, and why the others do not. Throws when one was asked for by name. */
async function askServers(
  ring: Ring,
  server: string | undefined,
): Promise<{ tools: ToolDescription[]; failures: RingmainError[] }> {
  if (server !== undefined) return { tools: await ring.hub.tools(server), failures: [] };
  const names = Object.keys(ring.workspace.config.servers);
  const answers = await Promise.allSettled(names.map((name) => ring.hub.tools(name)));
  return {
    tools: answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : [])),
    failures: answers.flatMap((answer) => (answer.status === "rejected" ? toError(answer.reason) : [])),
  };
}

function toError(reason: unknown): RingmainError {
  return reason instanceof RingmainError ? reason : new RingmainError("INTERNAL", messageOf(reason));
}
