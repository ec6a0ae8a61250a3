import { RingmainError } from "../core/errors.ts";
import { isRecord, type Json } from "../core/json.ts";
import { schemaHint, type ToolDescription } from "../core/tool-description.ts";

/**
 * The arguments of a call from the command line: `--args` as a whole, then each `--arg name=value` over it. A
 * value is read as JSON unless the tool takes text there. Throws INPUT_INVALID; what the tool itself refuses is
 * its own to say.
 */
export function readArguments(
  tool: ToolDescription,
  given: readonly string[],
  whole: string | undefined,
): Record<string, Json> {
  const read: Record<string, Json> = whole === undefined ? {} : readWhole(whole);
  for (const text of given) {
    const split = text.indexOf("=");
    if (split < 1) {
      throw new RingmainError("INPUT_INVALID", `"${text}" is no argument.`, {
        hint: "Write --arg name=value.",
      });
    }
    const name = text.slice(0, split);
    read[name] = readValue(text.slice(split + 1), propertySchema(tool.inputSchema, name));
  }
  return read;
}

function readWhole(text: string): Record<string, Json> {
  const value = tryJson(text);
  if (isJsonObject(value)) return value;
  throw new RingmainError("INPUT_INVALID", "--args is not a JSON object.", {
    hint: `Write it as '{"name": "value"}'.`,
  });
}

function readValue(text: string, schema: unknown): Json {
  if (isRecord(schema) && schema.type === "string") return text;
  return tryJson(text) ?? text;
}

function isJsonObject(value: Json | undefined): value is { [key: string]: Json } {
  return isRecord(value);
}

function tryJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function propertySchema(schema: Json, name: string): unknown {
  return isRecord(schema) && isRecord(schema.properties) ? schema.properties[name] : undefined;
}

/** One line for each argument a tool takes, for people. */
export function argumentList(schema: Json): string[] {
  if (!isRecord(schema) || !isRecord(schema.properties)) return [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, property]) => {
    const { description = "" } = isRecord(property) ? property : {};
    const optional = required.includes(name) ? "" : " (optional)";
    return `  --arg ${name}=${typeName(property)}${optional}  ${String(description)}`.trimEnd();
  });
}

function typeName(schema: unknown): string {
  if (!isRecord(schema)) return "value";
  if (Array.isArray(schema.enum)) return schema.enum.join("|");
  if (schema.type === "object") return "{…}";
  if (schema.type === "array") return `[${typeName(schema.items)}, …]`;
  return typeof schema.type === "string" ? schema.type : "value";
}

/** A server's hint for wrong arguments speaks to programs; a person at the command line has a command for it. */
export function forPeople(error: unknown, tool: string): unknown {
  if (!(error instanceof RingmainError) || error.code !== "INPUT_INVALID") return error;
  const { message, details } = error;
  const describe = `\`ringmain call ${tool} --describe\` shows what it takes.`;
  const hint = error.hint === undefined || error.hint === schemaHint ? describe : `${error.hint} ${describe}`;
  return new RingmainError("INPUT_INVALID", message, { hint, details, cause: error });
}
