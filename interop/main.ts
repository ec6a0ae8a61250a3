// npm run interop: MCP's own tools, the Inspector and the conformance scenarios, over every server of ours.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeWorkspace } from "../test/helpers/workspace.ts";
import type { CheckResult } from "./check-result.ts";
import { checkScenarios, conform, needsFixture } from "./conformance.ts";
import { inspect } from "./inspector.ts";

/** The servers, each with a tool that only reads and needs no arguments. */
const servers = { crm: "list_owners", accounting: "list_accounts", inventory: "list_locations" };

const lock = z.object({ tools: z.record(z.string(), z.unknown()) });
const clientConfig = z.object({
  mcpServers: z.record(
    z.string(),
    z.object({ command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()) }),
  ),
});

const startedAt = Date.now();

/** The sample company, with a client that may call every tool there is: only what it may call is listed. */
const { tools } = lock.parse(readJson(new URL("../ringmain.lock", import.meta.url)));
using workspace = await makeWorkspace({
  sample: true,
  clients: { "claude-desktop": { tools: Object.keys(tools) } },
});
const config = join(workspace.dir, "claude_desktop_config.json");
const connected = await workspace.ringmain("connect", "claude-desktop", "--config", config, "--yes");
if (connected.code !== 0) throw new Error(`ringmain connect failed:\n${connected.stderr}`);
const entries = clientConfig.parse(readJson(config)).mcpServers;

const results = await Promise.all(
  Object.entries(servers).map(async ([name, tool]): Promise<[string, CheckResult[]]> => {
    const server = `ringmain-${name}`;
    const entry = entries[server];
    if (entry === undefined) throw new Error(`ringmain connect wrote no entry for ${name}.`);
    const inspected = await inspect({ server, config, tool, home: workspace.dir });
    return [name, [...inspected, ...(await conform(entry, workspace.dir))]];
  }),
);
const general = [...(await checkScenarios(workspace.dir)), ...needsFixture];

const lines = [...results, ["any", general] as const].flatMap(([server, checks]) =>
  checks.map((result) => ({ server, ...result })),
);
const width = Math.max(...lines.map(({ check }) => check.length));
const marks = { passed: "✓", FAILED: "✗", "left out": "–" };
for (const { server, check, outcome, detail } of lines)
  process.stdout.write(`${marks[outcome]} ${server.padEnd(10)}  ${check.padEnd(width)}  ${detail}\n`);

const count = (outcome: CheckResult["outcome"]) => lines.filter((line) => line.outcome === outcome).length;
const seconds = Math.round((Date.now() - startedAt) / 1_000);
process.stdout.write(
  `\n${count("passed")} passed, ${count("FAILED")} failed, ${count("left out")} left out, in ${seconds} s\n`,
);
if (count("FAILED") > 0) process.exitCode = 1;

function readJson(path: string | URL): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
