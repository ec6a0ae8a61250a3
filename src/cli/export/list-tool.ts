import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { rowsKeyword, type ToolDescription, toolId } from "../../core/tool-description.ts";

/** A tool whose answer has a list, and a `next_cursor` while there are more. */
export interface ListTool {
  id: string;
  /** `items`; or of a report with several kinds of rows each, of which an answer has one. */
  lists: readonly RowList[];
  /** The arguments with which a page holds the most: as many items as it may, each in full. */
  whole: Readonly<Record<string, Json>>;
}

/** A member of the answer whose entries are the rows. */
export interface RowList {
  member: string;
  /** JSON Schema of one row. */
  rowSchema: unknown;
  /** A list within each entry that makes a row of each of its own: the postings of a journal entry. */
  inner?: string;
}

/** What makes a tool a list, or undefined when it is none. */
export function asListTool(tool: ToolDescription): ListTool | undefined {
  if (tool.effect !== "read") return undefined;
  const members = Object.entries(propertiesOf(tool.outputSchema));
  const lists = members.flatMap(([member, schema]) =>
    isRecord(schema) && schema.type === "array" && (member === "items" || schema[rowsKeyword] === true)
      ? [{ member, ...rowsOf(schema.items) }]
      : [],
  );
  if (lists.length === 0) return undefined;
  const { limit, response_format: format } = propertiesOf(tool.inputSchema);
  const largest = isRecord(limit) ? limit.maximum : undefined;
  const hasDetails = isRecord(format) && Array.isArray(format.enum) && format.enum.includes("detailed");
  const whole = {
    ...(typeof largest === "number" && { limit: largest }),
    ...(hasDetails && { response_format: "detailed" }),
  };
  return { id: toolId(tool), lists, whole };
}

/** The rows that entries of a schema make: themselves, or those of a list within them that is marked so. */
function rowsOf(itemSchema: unknown): Omit<RowList, "member"> {
  const properties = propertiesOf(itemSchema);
  for (const [inner, schema] of Object.entries(properties)) {
    if (!isRecord(schema) || schema[rowsKeyword] !== true) continue;
    return { inner, rowSchema: { properties: { ...properties, [inner]: schema.items } } };
  }
  return { rowSchema: itemSchema };
}

/** The list that an answer has. Throws STATE_INVALID when it has none. */
export function listIn({ id, lists }: ListTool, answer: Json): RowList {
  const found = lists.find(({ member }) => isRecord(answer) && Array.isArray(answer[member]));
  if (found !== undefined) return found;
  throw new RingmainError("STATE_INVALID", `The answer of ${id} has no rows.`, {
    hint: `\`ringmain call ${id}\` with the same arguments shows it as JSON.`,
  });
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

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  return isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
}
