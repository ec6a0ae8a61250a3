import { z } from "zod";
import { metaKey } from "../core/call-meta.ts";
import { RingmainError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import { isParsedJson } from "./parsed-json.ts";

const effect = z.enum(["read", "create", "update", "delete", "send"]);
const toolMeta = z.object({ [metaKey.effect]: effect, [metaKey.facts]: z.unknown().optional() });

interface ListedTool {
  name: string;
  title?: string | undefined;
  description?: string | undefined;
  inputSchema: unknown;
  outputSchema?: unknown;
  _meta?: unknown;
}

/** Reads one tool of a `tools/list`. Throws STATE_INVALID for a tool that does not declare its effect. */
export function describeTool(server: string, tool: ListedTool): ToolDescription {
  const meta = toolMeta.safeParse(tool._meta);
  if (!meta.success) {
    throw new RingmainError("STATE_INVALID", `The tool ${server}.${tool.name} does not declare its effect.`, {
      hint: `A server built on the kit says read, create, update, delete or send in _meta["${metaKey.effect}"].`,
    });
  }
  const facts = meta.data[metaKey.facts];
  return {
    server,
    name: tool.name,
    title: tool.title ?? tool.name,
    description: tool.description ?? "",
    effect: meta.data[metaKey.effect],
    inputSchema: schemaOf(tool.inputSchema),
    outputSchema: schemaOf(tool.outputSchema),
    ...(facts !== undefined && { factsSchema: schemaOf(facts) }),
  };
}

/** JSON Schema as it stood in the message; no schema reads as null. */
function schemaOf(value: unknown): Json {
  return isParsedJson(value) ? value : null;
}
