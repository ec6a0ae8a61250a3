import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "./json.ts";

/** What a tool does to the world. Everything but `read` is a write. */
export type Effect = "read" | "create" | "update" | "delete" | "send";

/** A tool as a server describes itself over MCP: what the hub lists, `ringmain.lock` pins and `check` checks against. */
export interface ToolDescription {
  server: string;
  name: string;
  title: string;
  description: string;
  effect: Effect;
  /** JSON Schema 2020-12 of the arguments. */
  inputSchema: Json;
  /** JSON Schema 2020-12 of the result. */
  outputSchema: Json;
  /** JSON Schema of the facts that a policy may look at, when the tool has any. */
  factsSchema?: Json | undefined;
}

/**
 * In an output schema: the entries of this list are the rows when the answer is written as a table. `items` needs no
 * such mark. Within a marked list it makes a row of each of its own entries.
 */
export const rowsKeyword = "x-rows";

/** The remedy for arguments that do not fit the schema; each surface may say it in its own words. */
export const schemaHint = "The tool's input schema in tools/list says what each argument may be.";

/** `server.tool`, as workflows, grants and policies write it. */
export function toolId(tool: Pick<ToolDescription, "server" | "name">): string {
  return `${tool.server}.${tool.name}`;
}

/** The SHA-256 of everything a caller relies on, in hex. A changed tool has another hash. */
export function toolHash(tool: ToolDescription): string {
  const { server, name, title, description, effect, inputSchema, outputSchema, factsSchema } = tool;
  const text = canonicalJson({
    server,
    name,
    title,
    description,
    effect,
    inputSchema,
    outputSchema,
    factsSchema,
  });
  return createHash("sha256").update(text).digest("hex");
}
