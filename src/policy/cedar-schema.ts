import type { NamespaceDefinition, SchemaJson, TypeOfAttribute } from "@cedar-policy/cedar-wasm/nodejs";
import type { Json } from "../core/json.ts";
import { type Effect, toolId } from "../core/tool-description.ts";
import type { CedarRecord, CedarType } from "./cedar-type.ts";
import { type ReadSchema, readItemsSchema, readJsonSchema } from "./read-json-schema.ts";

/** What permission decisions need to know of a tool. */
export interface PolicyTool {
  server: string;
  name: string;
  effect: Effect;
  /** JSON Schema of the arguments. */
  inputSchema: Json;
  /** JSON Schema of the facts of the record that a call is about; without it a policy sees no facts. */
  factsSchema?: Json | undefined;
  /** JSON Schema of the result, of which policies may withhold fields (`@mask`) and items (`@records`). */
  outputSchema?: Json | undefined;
}

/**
 * A tool as Cedar sees it. The model, which policies are written against:
 *
 * - principal: `Agent::"collector"`, `Client::"claude-desktop"` or `User::"maria"`. Only people have roles:
 *   `principal in Role::"finance"`.
 * - action: `Action::"accounting.send_reminder"`, in the groups `Action::"accounting"` (its server), `Action::"send"`
 *   (its effect) and, unless that is `read`, `Action::"write"`. A server named like an effect shares its group.
 * - resource: one entity for each call, of a type of its own for each tool. Its attributes are the tool's facts:
 *   `resource.days_overdue < 7`.
 * - context: `context.arguments` are the call's arguments: `context.arguments.level > 2`.
 *
 * `readJsonSchema` says which facts and arguments Cedar can type; a policy does not see the others.
 */
export interface ToolModel {
  /** `server.tool`, the id of the action. */
  id: string;
  /** The ids of the action groups that the tool is in. */
  groups: readonly string[];
  resourceType: string;
  arguments: CedarRecord;
  facts: CedarRecord;
  /** What the facts are: those of the record that a call is about, or the fields of an item of the answer. */
  factsOf: "call" | "item";
  /** Dotted paths, such as `arguments.rate`, that no policy sees because Cedar has no type for them. */
  leftOut: readonly string[];
}

const principalTypes = ["Agent", "Client", "User"] as const;

/** The ids of a tool's action and of the groups that it is in: what a policy can name it by. */
export function actionsOf(tool: PolicyTool): Set<string> {
  return new Set([toolId(tool), ...groupsOf(tool)]);
}

function groupsOf({ server, effect }: PolicyTool): Set<string> {
  return new Set([server, effect, ...(effect === "read" ? [] : ["write"])]);
}

export function modelTool(tool: PolicyTool): ToolModel {
  return modelWith(tool, readJsonSchema(tool.factsSchema), "call");
}

/**
 * A tool as `@records` rules see it: the facts are the fields of one of the `items` that it answers. Undefined for a
 * tool that answers no items.
 */
export function modelItems(tool: PolicyTool): ToolModel | undefined {
  const items = readItemsSchema(tool.outputSchema);
  return items && modelWith(tool, items, "item");
}

function modelWith(tool: PolicyTool, facts: ReadSchema, factsOf: ToolModel["factsOf"]): ToolModel {
  const args = readJsonSchema(tool.inputSchema);
  return {
    id: toolId(tool),
    groups: [...groupsOf(tool)],
    resourceType: `Facts::${`${tool.server}__${tool.name}`.replaceAll(/\W/g, "_")}`,
    arguments: args.record,
    facts: facts.record,
    factsOf,
    leftOut: [...args.leftOut.map((path) => `arguments.${path}`), ...facts.leftOut],
  };
}

/** The Cedar schema (JSON format) of a set of tools. A tool decided alone needs a schema of it alone, which is faster. */
export function cedarSchema(models: readonly ToolModel[]): SchemaJson<string> {
  const actions: NamespaceDefinition<string>["actions"] = {};
  const facts: NamespaceDefinition<string>["entityTypes"] = {};
  for (const model of models) {
    for (const group of model.groups) actions[group] = {};
    facts[model.resourceType.slice("Facts::".length)] = { shape: schemaType(model.facts) };
    actions[model.id] = {
      memberOf: model.groups.map((id) => ({ id })),
      appliesTo: {
        principalTypes: [...principalTypes],
        resourceTypes: [model.resourceType],
        context: { type: "Record", attributes: { arguments: schemaType(model.arguments) } },
      },
    };
  }
  return {
    "": { entityTypes: { Role: {}, Agent: {}, Client: {}, User: { memberOfTypes: ["Role"] } }, actions },
    Facts: { entityTypes: facts, actions: {} },
  };
}

function schemaType(type: CedarType): TypeOfAttribute<string> {
  if (type.kind === "Set") return { type: "Set", element: schemaType(type.element) };
  if (type.kind !== "Record") return { type: type.kind };
  const attributes = [...type.fields].map(([name, field]): [string, TypeOfAttribute<string>] => [
    name,
    { ...schemaType(field.type), required: field.required },
  ]);
  return { type: "Record", attributes: Object.fromEntries(attributes) };
}
