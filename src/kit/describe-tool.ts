import { z } from "zod";
import { metaKey } from "../core/call-meta.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import type { AnyTool } from "./define-tool.ts";

/** A tool as it is told to clients, with JSON Schemas of 2020-12 made from its zod schemas. */
export function describeTool<Context>(server: string, tool: AnyTool<Context>): ToolDescription {
  return {
    server,
    name: tool.name,
    title: tool.title,
    description: tool.description,
    effect: tool.effect,
    inputSchema: toJsonSchema(tool.input, "input"),
    outputSchema: toJsonSchema(tool.output, "output"),
    ...(tool.facts && { factsSchema: toJsonSchema(tool.facts, "output") }),
  };
}

/** The JSON Schema of a zod schema: of what a caller sends (`input`), or of what comes out of it (`output`). */
function toJsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { target: "draft-2020-12", io })));
}

/** The tool definition of MCP. Its annotations follow from the effect alone, so they cannot contradict it. */
export function mcpDefinition(tool: ToolDescription) {
  const { effect } = tool;
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: objectSchema(tool.inputSchema),
    outputSchema: objectSchema(tool.outputSchema),
    annotations: {
      title: tool.title,
      readOnlyHint: effect === "read",
      destructiveHint: effect === "delete" || effect === "update",
      idempotentHint: effect === "read",
      openWorldHint: effect === "send",
    },
    _meta: { [metaKey.effect]: effect, ...(tool.factsSchema && { [metaKey.facts]: tool.factsSchema }) },
  };
}

function objectSchema(schema: Json): { type: "object"; [key: string]: Json } {
  if (!isRecord(schema)) throw new TypeError("a tool's schema is an object schema");
  return { ...schema, type: "object" };
}
