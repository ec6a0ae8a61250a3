import { z } from "zod";
import { RingmainError } from "./errors.ts";
import type { Json } from "./json.ts";
import { type ToolDescription, toolHash, toolId } from "./tool-description.ts";

/** Any JSON: what it was parsed from is a JSON text, so there is nothing to check. */
const json = z.custom<Json>((value) => value !== undefined);

const lockSchema = z.object({
  lock_version: z.literal(1),
  tools: z.record(
    z.string(),
    z.object({
      hash: z.string(),
      title: z.string(),
      description: z.string(),
      effect: z.enum(["read", "create", "update", "delete", "send"]),
      input_schema: json,
      output_schema: json,
      facts_schema: json.optional(),
    }),
  ),
});

/** The tools that `ringmain.lock` pins, with the hash of each by `server.tool`. */
export interface Lock {
  tools: ToolDescription[];
  hashes: ReadonlyMap<string, string>;
}

/** Reads the text of `ringmain.lock`. Throws WORKFLOW_INVALID when it is none, or was edited by hand. */
export function parseLock(text: string): Lock {
  const lock = lockSchema.safeParse(readJson(text));
  if (!lock.success) throw damaged("it is not a lock file of this version");
  const tools: ToolDescription[] = [];
  const hashes = new Map<string, string>();
  for (const [id, pinned] of Object.entries(lock.data.tools)) {
    const [server = "", name = ""] = id.split(".");
    const {
      hash,
      title,
      description,
      effect,
      input_schema: inputSchema,
      output_schema: outputSchema,
      facts_schema: factsSchema,
    } = pinned;
    const tool = { server, name, title, description, effect, inputSchema, outputSchema, factsSchema };
    if (toolHash(tool) !== hash) throw damaged(`the definition of ${id} differs from its hash`);
    tools.push(tool);
    hashes.set(id, hash);
  }
  return { tools, hashes };
}

/** The text of `ringmain.lock` for a set of tools, in the order of their ids. */
export function formatLock(tools: readonly ToolDescription[]): string {
  const sorted = [...tools].sort((a, b) => (toolId(a) < toolId(b) ? -1 : 1));
  const pinned = sorted.map((tool) => {
    const { title, description, effect, inputSchema, outputSchema, factsSchema } = tool;
    const schemas = { input_schema: inputSchema, output_schema: outputSchema, facts_schema: factsSchema };
    const rest = { title, description, effect, ...schemas };
    return [toolId(tool), { hash: toolHash(tool), ...rest }];
  });
  return `${JSON.stringify({ lock_version: 1, tools: Object.fromEntries(pinned) }, null, 1)}\n`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged("it is not JSON");
  }
}

function damaged(why: string): RingmainError {
  return new RingmainError("WORKFLOW_INVALID", `ringmain.lock cannot be used: ${why}.`, {
    hint: "Run `ringmain lock` to write it anew, and look at what it says has changed.",
  });
}
