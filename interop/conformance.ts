import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { ServerEntry } from "../test/helpers/mcp-clients.ts";
import { openBridge } from "./bridge.ts";
import { type CheckResult, failed, leftOut, passed } from "./check-result.ts";
import { runTool } from "./run-tool.ts";

const program = "conformance/dist/index.js";

/** The scenarios for any server, each with the capability that a server must have declared to be asked. */
const scenarios: Readonly<Record<string, string | undefined>> = {
  "server-initialize": undefined,
  ping: undefined,
  "logging-set-level": "logging",
  "tools-list": "tools",
  "resources-list": "resources",
  "prompts-list": "prompts",
  // of the transport; three requests at once do reach the server
  "server-sse-multiple-streams": undefined,
  // of the transport, which is the bridge's own
  "dns-rebinding-protection": undefined,
};

/** The scenarios for a server made for them, with what it would have to offer. */
const fixtures: Readonly<Record<string, string>> = {
  "tools-call-simple-text": "tool test_simple_text",
  "tools-call-image": "tool test_image_content",
  "tools-call-audio": "tool test_audio_content",
  "tools-call-embedded-resource": "tool test_embedded_resource",
  "tools-call-mixed-content": "tool test_multiple_content_types",
  "tools-call-with-logging": "tool test_tool_with_logging",
  "tools-call-error": "tool test_error_handling",
  "tools-call-with-progress": "tool test_tool_with_progress",
  "tools-call-sampling": "tool test_sampling",
  "tools-call-elicitation": "tool test_elicitation",
  "json-schema-2020-12": "tool json_schema_2020_12_tool",
  "elicitation-sep1034-defaults": "tool test_elicitation_sep1034_defaults",
  "elicitation-sep1330-enums": "tool test_elicitation_sep1330_enums",
  "server-sse-polling": "tool test_reconnection",
  "resources-read-text": "resource test://static-text",
  "resources-read-binary": "resource test://static-binary",
  "resources-templates-read": "resource test://template/{id}/data",
  "resources-subscribe": "resource test://watched-resource",
  "resources-unsubscribe": "resource test://watched-resource",
  "prompts-get-simple": "prompt test_simple_prompt",
  "prompts-get-with-args": "prompt test_prompt_with_arguments",
  // to complete for a prompt that is not there is refused, as the specification says (invalid params)
  "completion-complete": "prompt test_prompt_with_arguments",
  "prompts-get-embedded-resource": "prompt test_prompt_with_embedded_resource",
  "prompts-get-with-image": "prompt test_prompt_with_image",
};

/** The scenarios that no server of ours can pass, and why. */
export const needsFixture: CheckResult[] = Object.entries(fixtures).map(([scenario, fixture]) =>
  leftOut(`conformance ${scenario}`, `asks for the ${fixture}`),
);

/** Fails for every scenario that the pinned version has and these tables do not, and the other way round. */
export async function checkScenarios(home: string): Promise<CheckResult[]> {
  const { stdout } = await runTool(program, ["list", "--server"], home);
  const there = [...stdout.matchAll(/^ +- (\S+)/gm)].map(([, name = ""]) => name);
  const known = Object.keys({ ...scenarios, ...fixtures });
  const unknown = there.filter((name) => !known.includes(name));
  const gone = known.filter((name) => !there.includes(name));
  return [
    ...unknown.map((name) => failed(`conformance ${name}`, "is new: put it into interop/conformance.ts")),
    ...gone.map((name) => failed(`conformance ${name}`, "is gone: take it out of interop/conformance.ts")),
  ];
}

/** What the scenarios say of a server. Each has a bridge of its own, and so processes that end with it. */
export async function conform(entry: ServerEntry, home: string): Promise<CheckResult[]> {
  const declared = await capabilitiesOf(entry);
  const results: CheckResult[] = [];
  for (const [scenario, capability] of Object.entries(scenarios)) {
    const check = `conformance ${scenario}`;
    if (capability !== undefined && !declared.includes(capability)) {
      results.push(leftOut(check, `the server does not declare ${capability}`));
      continue;
    }
    await using bridge = await openBridge(entry);
    const args = ["server", "--url", bridge.url, "--scenario", scenario];
    const { code, stdout, stderr } = await runTool(program, args, home);
    const clean = /^Passed: (\d+)\/\1, 0 failed, 0 warnings$/m.exec(stdout);
    const told = `exit code ${code}\n${stdout}${stderr}`;
    results.push(code === 0 && clean ? passed(check, `${clean[1]} of ${clean[1]}`) : failed(check, told));
  }
  return results;
}

async function capabilitiesOf(entry: ServerEntry): Promise<string[]> {
  const client = new Client({ name: "interop", version: "1.0.0" });
  await client.connect(new StdioClientTransport(entry));
  const capabilities = client.getServerCapabilities() ?? {};
  await client.close();
  return Object.keys(capabilities);
}
