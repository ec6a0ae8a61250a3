import { homedir } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import { claudeDesktopConfigPath } from "../../connect/claude-desktop.ts";
import {
  type ClientServerEntry,
  entryName,
  readClientConfig,
  replaceClientConfig,
  withServers,
} from "../../connect/client-config.ts";
import { lineDifference } from "../../connect/line-difference.ts";
import { systemClock } from "../../core/clock.ts";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import { clientGrants } from "../client-grants.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { confirm } from "../confirm.ts";
import { issueClientCredential, requireMayIssue } from "../issue-client-credential.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../wire.ts";
import { serverSpecs } from "../workspace-tools.ts";

const knownClients: readonly string[] = ["claude-desktop"];

export function define(command: Command): void {
  command
    .argument("<client>", `the MCP client: ${knownClients.join(", ")}`)
    .option("--config <file>", "its configuration file, when it is not where the client looks by default")
    .addHelpText(
      "after",
      `
Makes a credential for the client and writes the workspace's servers into the client's configuration, after
showing the difference and keeping a copy. What the client may call stands under clients: in ringmain.yaml.
Connecting again makes a new credential and withdraws the old one. Several workspaces may be connected to one client.
For a client that is not known here, \`ringmain clients add\` makes the credential alone.
${examples([
  ["ringmain connect claude-desktop", "show the difference, ask, write"],
  ["ringmain connect claude-desktop --yes", "write without asking"],
])}`,
    )
    .action((client: string, options: { config?: string }) =>
      connect(client, options, globalOptions(command)),
    );
}

async function connect(client: string, options: { config?: string }, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  if (!knownClients.includes(client)) {
    throw new RingmainError("NOT_FOUND", `"${client}" is no client whose configuration is known here.`, {
      hint:
        didYouMean(client, knownClients) ??
        `Known are: ${knownClients.join(", ")}. For any other, see \`ringmain clients add --help\`.`,
    });
  }
  const workspace = openWorkspace(global.workspace);
  const tools = clientGrants(workspace, client);
  await requireMayIssue(workspace, client, systemClock.now());
  const machine = { platform: process.platform, environment: process.env, home: homedir() };
  const config = readClientConfig(resolve(options.config ?? claudeDesktopConfigPath(machine)));
  const entriesWith = (credential: string) =>
    Object.fromEntries(
      serverSpecs(workspace).map(({ name, command, args, env }): [string, ClientServerEntry] => [
        entryName(config, name, workspace.dir),
        { command, args: [...args], env: { ...env, RINGMAIN_TOKEN: credential } },
      ]),
    );

  const preview = withServers(config, entriesWith("(a new credential)"));
  if (!json) showDifference(config.path, config.value, preview, terminal);
  await confirm(`Write ${config.path}?`, global);

  const now = systemClock.now();
  const backup = await replaceClientConfig(
    config,
    async () => {
      const { credential } = await issueClientCredential(workspace, { client, now });
      return withServers(config, entriesWith(credential));
    },
    now,
  );
  if (json)
    return terminal.json({ client, config: config.path, backup, servers: Object.keys(entriesWith("")) });
  if (backup !== undefined) terminal.note(`The file as it was: ${backup}`);
  terminal.print(
    `${terminal.colour.green("✓")} ${client} is connected as client:${client}; start it again to use the servers.`,
  );
  terminal.print(`  It may call: ${tools.join(", ")}`);
}

function showDifference(path: string, before: unknown, after: unknown, terminal: Terminal): void {
  const { colour } = terminal;
  terminal.note(colour.bold(path));
  for (const { mark, text } of lineDifference(withoutSecrets(before), withoutSecrets(after))) {
    const paint = mark === "+" ? colour.green : mark === "-" ? colour.red : colour.dim;
    terminal.note(paint(`${mark} ${text}`));
  }
}

/** The JSON text of a configuration in which credentials cannot be read over somebody's shoulder. */
function withoutSecrets(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/"rmc_([0-9a-f]{12})_[\w-]+"/g, '"rmc_$1_…"');
}
