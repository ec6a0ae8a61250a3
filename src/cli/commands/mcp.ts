import { spawn } from "node:child_process";
import type { Command } from "commander";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import { examples, globalOptions } from "../command.ts";
import { openWorkspace } from "../wire.ts";
import { serverSpecs } from "../workspace-tools.ts";

export function define(command: Command): void {
  command
    .argument("<server>", "one of the workspace's servers, for instance crm")
    .addHelpText(
      "after",
      `
The caller is whoever RINGMAIN_TOKEN says: a credential made by \`ringmain connect\`. Without one every call is
refused and recorded, and no tools are listed.
${examples([
  ["ringmain mcp crm", "serve the CRM over stdio"],
  ["RINGMAIN_TOKEN=… ringmain mcp inventory", "as the client that the credential names"],
])}`,
    )
    .action((name: string) => serveOne(name, command));
}

/** Hands stdin and stdout to the server's own process, so that nothing stands between it and its client. */
async function serveOne(name: string, command: Command): Promise<void> {
  const { workspace: named, terminal } = globalOptions(command);
  const workspace = openWorkspace(named);
  const specs = serverSpecs(workspace);
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) {
    const names = specs.map((candidate) => candidate.name);
    throw new RingmainError("NOT_FOUND", `There is no server "${name}" in this workspace.`, {
      hint: didYouMean(name, names) ?? `Its servers are: ${names.join(", ") || "none"}.`,
    });
  }
  if (process.stdin.isTTY)
    terminal.note(`Serving ${name} over stdin and stdout, for an MCP client; Ctrl-C ends it.`);
  const child = spawn(spec.command, [...spec.args], {
    env: { ...process.env, ...spec.env },
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number>((resolve, reject) => {
    child
      .once("error", reject)
      .once("exit", (status, signal) => resolve(status ?? (signal === null ? 70 : 130)));
  });
  process.exitCode = code;
}
