import type { Attributes } from "@opentelemetry/api";
import type { Entry } from "../audit/entry.ts";

/** What no tool is called and yet is recorded as a call (src/kit/view.ts), by how its name begins. */
const viewMethods: readonly (readonly [prefix: string, method: string])[] = [
  ["resource:", "resources/read"],
  ["resource_list:", "resources/list"],
  ["prompt:", "prompts/get"],
  ["completion:", "completion/complete"],
];

/** Which request of MCP a call was, and what it was about. */
export interface McpRequest {
  method: string;
  /** The name of the tool or prompt; of anything else there is no end. */
  target: string | undefined;
}

export function mcpRequestOf({ server, tool }: Entry): McpRequest {
  const name = tool.slice(server.length + 1);
  const [prefix, method] = viewMethods.find(([prefix]) => name.startsWith(prefix)) ?? [];
  if (prefix === undefined || method === undefined) return { method: "tools/call", target: name };
  return { method, target: method === "prompts/get" ? name.slice(prefix.length) : undefined };
}

/**
 * An entry as OpenTelemetry attributes: those of the MCP conventions
 * (https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/mcp.md; still in development, which is why
 * no package has their names for good) and Ringmain's own. Arguments, results and keys are left out: they may say
 * something about a person, and what was sent cannot be erased.
 */
export function entryAttributes(entry: Entry): Attributes {
  return { ...conventional(entry), ...own(entry) };
}

function conventional(entry: Entry): Attributes {
  if (entry.kind === "run") return { "gen_ai.operation.name": "invoke_workflow", ...errorType(entry.error) };
  if (entry.kind !== "call") return {};
  const { method, target } = mcpRequestOf(entry);
  const isTool = method === "tools/call";
  return {
    "mcp.method.name": method,
    ...(isTool && { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": target }),
    ...(method === "prompts/get" && { "gen_ai.prompt.name": target }),
    // the conventions' own word for a result that says isError
    ...errorType(isTool && entry.error !== undefined ? "tool_error" : entry.error),
  };
}

function errorType(error: string | undefined): Attributes {
  return error === undefined ? {} : { "error.type": error };
}

function own(entry: Entry): Attributes {
  const given: Attributes = {
    "ringmain.entry": entry.seq,
    "ringmain.kind": entry.kind,
    "ringmain.principal": entry.principal,
    "ringmain.verified_by": entry.verified_by,
    "ringmain.client": entry.client,
    "ringmain.server": entry.server,
    "ringmain.tool": entry.tool,
    "ringmain.effect": entry.effect,
    "ringmain.decision": entry.decision,
    "ringmain.policies": entry.policies,
    "ringmain.outcome": entry.outcome,
    "ringmain.error": entry.error,
    "ringmain.run": entry.run,
    "ringmain.step": entry.step,
    "ringmain.workflow": entry.workflow,
    "ringmain.workflow_hash": entry.workflow_hash,
    "ringmain.replay_of": entry.replay_of,
    "ringmain.changed": entry.changed.map(([table, id, version]) => `${table} ${id} ${version}`),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
