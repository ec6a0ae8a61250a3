import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";

/** A tool that reads a list: its answer has `items`, and a `next_cursor` while there are more. */
export interface ListTool {
  id: string;
  /** JSON Schema of one item. */
  itemSchema: unknown;
  /** The arguments with which a page holds the most: as many items as it may, each in full. */
  whole: Readonly<Record<string, Json>>;
}

/** What makes a tool a list, or undefined when it is none. */
export function asListTool(tool: ToolDescription): ListTool | undefined {
  const items = propertyOf(tool.outputSchema, "items");
  if (tool.effect !== "read" || !isRecord(items) || items.type !== "array") return undefined;
  const limit = propertyOf(tool.inputSchema, "limit");
  const largest = isRecord(limit) ? limit.maximum : undefined;
  const format = propertyOf(tool.inputSchema, "response_format");
  const hasDetails = isRecord(format) && Array.isArray(format.enum) && format.enum.includes("detailed");
  const whole = {
    ...(typeof largest === "number" && { limit: largest }),
    ...(hasDetails && { response_format: "detailed" }),
  };
  return { id: toolId(tool), itemSchema: items.items, whole };
}

/** The refusal to export what is no list; it names the lists there are. */
export function noListError(tool: ToolDescription, tools: readonly ToolDescription[]): RingmainError {
  const why =
    tool.effect === "read" ? "its answer has no `items`" : `it changes something (effect ${tool.effect})`;
  const lists = tools.filter((other) => asListTool(other) !== undefined).map(toolId);
  return new RingmainError("INPUT_INVALID", `${toolId(tool)} is no list: ${why}.`, {
    hint:
      lists.length === 0
        ? "`ringmain servers` lists the tools."
        : `These are: ${lists.join(", ")}. \`ringmain call\` shows any answer as JSON.`,
  });
}

function propertyOf(schema: Json, name: string): unknown {
  return isRecord(schema) && isRecord(schema.properties) ? schema.properties[name] : undefined;
}
