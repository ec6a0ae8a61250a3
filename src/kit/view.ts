import { z } from "zod";
import { isRecord } from "../core/json.ts";
import { type Prompt, promptMessage } from "./define-prompt.ts";
import type { Resource } from "./define-resource.ts";
import type { ServerDefinition } from "./define-tool.ts";
import type { Completion, ReadTool } from "./read-source.ts";
import type { AnyTool } from "./tool.ts";

/**
 * What is asked of a server other than a tool: reading or listing a resource, getting a prompt, completing a value. It
 * changes nothing, and what it reads it reads through tools, each read permitted as a call of that tool.
 */
export interface View<Context> {
  /** As it stands in the trail after `server.`, e.g. `resource:deal`. No tool can have such a name. */
  name: string;
  input: z.ZodObject;
  output: z.ZodType;
  /** The tools whose grants, all of them, open it. None: any grant on the server does. */
  tools: readonly AnyTool<Context>[];
  run(input: Readonly<Record<string, unknown>>, read: ReadTool<Context>): Promise<unknown>;
}

const anyRecord = z.record(z.string(), z.unknown());
/** A value travels in a URI or in a form; nothing that names a record is longer. */
const textValue = z.string().max(2_000);
/** As many as MCP lets a completion hold. */
const mostCompletions = 100;

/** A name that no tool and no view has: what asks for it is refused and recorded under it. */
export const unknownView = {
  resource: "resource:unknown",
  prompt: "prompt:unknown",
  completion: "completion:unknown",
} as const;

/** All views of a server, by name. */
export function viewsOf<Tables, Context>(
  definition: Pick<ServerDefinition<Tables, Context>, "resources" | "prompts">,
): Map<string, View<Context>> {
  const { resources = [], prompts = [] } = definition;
  const views = [...resources.flatMap(viewsOfResource), ...prompts.flatMap(viewsOfPrompt)];
  return new Map(views.map((view) => [view.name, view]));
}

function viewsOfResource<Context>(resource: Resource<Context>): View<Context>[] {
  const { name, tool, list, complete } = resource;
  const views: View<Context>[] = [
    {
      name: `resource:${name}`,
      input: z.strictObject({ uri: textValue, values: z.record(z.string(), textValue) }),
      output: anyRecord,
      tools: [tool],
      run: ({ values }, read) => read(resource, z.record(z.string(), z.string()).parse(values)),
    },
  ];
  if (list !== undefined) {
    views.push({
      name: `resource_list:${name}`,
      input: z.strictObject({ cursor: textValue.optional() }),
      output: anyRecord,
      tools: [tool, list.tool],
      run: ({ cursor }, read) => read(list, typeof cursor === "string" ? { cursor } : {}),
    });
  }
  return [...views, ...viewsOfCompletions(`resource_${name}`, [tool], complete)];
}

function viewsOfPrompt<Context>(prompt: Prompt<Context>): View<Context>[] {
  const { name, tools, complete } = prompt;
  return [
    {
      name: `prompt:${name}`,
      input: prompt.arguments,
      output: z.strictObject({ messages: z.array(promptMessage).min(1) }),
      tools,
      run: async (values, read) => ({ messages: await prompt.messages(values, read) }),
    },
    ...viewsOfCompletions(`prompt_${name}`, tools, complete),
  ];
}

function viewsOfCompletions<Context>(
  of: string,
  tools: readonly AnyTool<Context>[],
  complete: Readonly<Record<string, Completion<Context>>> = {},
): View<Context>[] {
  return Object.entries(complete).map(([variable, completion]) => ({
    name: `completion:${of}_${variable}`,
    input: z.strictObject({ typed: textValue }),
    output: z.strictObject({ values: z.array(z.string()).max(mostCompletions), has_more: z.boolean() }),
    tools: [...tools, completion.tool],
    async run({ typed }, read) {
      const { items, next_cursor } = await read(completion, String(typed));
      const found = Array.isArray(items)
        ? items.map((item) => fieldOf(item, completion.field ?? "value"))
        : [];
      const values = [...new Set(found.filter((value) => typeof value === "string"))];
      const has_more = next_cursor !== undefined || values.length > mostCompletions;
      return { values: values.slice(0, mostCompletions), has_more };
    },
  }));
}

function fieldOf(item: unknown, field: string): unknown {
  return isRecord(item) ? item[field] : undefined;
}
