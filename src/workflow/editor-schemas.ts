import { z } from "zod";
import { frontMatter } from "../core/agent-file.ts";
import { isRecord, type Json } from "../core/json.ts";
import { workflowFile } from "./parse.ts";
import { stepKinds } from "./steps/registry.ts";
import { commonKeys, writtenSteps } from "./steps/step-kind.ts";

/** What an editor may offer where a file names something. Without it any name will do. */
export interface KnownNames {
  /** `server.tool` */
  tools: readonly string[];
  agents: readonly string[];
  workflows: readonly string[];
}

type Schema = Record<string, Json>;

const dialect = "http://json-schema.org/draft-07/schema#";

/** The JSON Schema (draft 7, which editors know best) of a workflow file: what `ringmain check` reads before it looks at types. */
export function workflowSchema(names?: KnownNames): Schema {
  const { agents, tools, workflows } = names ?? {};
  const named: Record<string, readonly string[] | undefined> = { call: tools, run: workflows, ask: agents };
  const steps = stepKinds.map(({ kind, summary, written }) => {
    const schema = schemaOf(z.strictObject({ ...commonKeys.shape, ...written.shape }));
    const key = Object.keys(written.shape)[0] ?? kind;
    return offer({ ...schema, description: summary, required: ["id", key] }, key, named[key]);
  });
  const file = offer(schemaOf(workflowFile), "agent", agents);
  return {
    $schema: dialect,
    title: "A workflow of Ringmain",
    ...file,
    definitions: { step: { type: "object", anyOf: steps } },
  };
}

/** The JSON Schema of an agent file's front matter. */
export function agentSchema(names?: Pick<KnownNames, "tools">): Schema {
  const schema = schemaOf(frontMatter);
  const stars = [...new Set(names?.tools.map((tool) => tool.replace(/\..*/, ".*")))];
  const tools = names === undefined ? {} : { items: { type: "string", enum: [...stars, ...names.tools] } };
  const { properties } = schema;
  return {
    $schema: dialect,
    title: "An agent of Ringmain: the front matter of agents/NAME.md",
    ...schema,
    properties: { ...members(properties), tools: { ...members(members(properties).tools), ...tools } },
  };
}

function offer(schema: Schema, key: string, names: readonly string[] | undefined): Schema {
  if (names === undefined) return schema;
  const properties = members(schema.properties);
  return {
    ...schema,
    properties: { ...properties, [key]: { ...members(properties[key]), enum: [...names] } },
  };
}

/** As it is written, so that what has a default may be left out. */
function schemaOf(schema: z.ZodType): Schema {
  const {
    $schema: _,
    $defs: __,
    ...json
  } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def === writtenSteps._zod.def) jsonSchema.items = { $ref: "#/definitions/step" };
    },
  });
  return JSON.parse(JSON.stringify(json, (_key, value) => (isAnyJson(value) ? anyOf(value) : value)));
}

/** What a template is to zod: any JSON value, by a definition that refers to itself. */
function isAnyJson(value: unknown): value is Schema {
  return isRecord(value) && typeof value.$ref === "string" && value.$ref.startsWith("#/$defs/");
}

const anyOf = ({ description }: Schema): Schema => (description === undefined ? {} : { description });

function members(value: Json | undefined): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
