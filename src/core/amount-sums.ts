import { isRecord } from "./json.ts";
import type { ToolDescription } from "./tool-description.ts";

/** An amount among the arguments or facts of a tool, which a limit may sum up. */
export interface AmountSum {
  /** `arguments.amount`, `facts.balance` */
  path: string;
  kind: "money" | "whole number";
  /** Whether every call has it. */
  always: boolean;
}

const maxDepth = 6;

/** All amounts that the schemas of a tool name, outside of lists. */
export function amountSums({
  inputSchema,
  factsSchema,
}: Pick<ToolDescription, "inputSchema" | "factsSchema">) {
  return [
    ...sumsIn(inputSchema, { path: "arguments", always: true, root: inputSchema, depth: 0 }),
    ...sumsIn(factsSchema, { path: "facts", always: true, root: factsSchema, depth: 0 }),
  ];
}

interface At {
  path: string;
  always: boolean;
  root: unknown;
  depth: number;
}

function sumsIn(written: unknown, at: At): AmountSum[] {
  const { schema, nullable } = resolved(written, at.root);
  const { path, depth } = at;
  const always = at.always && !nullable;
  if (schema === undefined || depth > maxDepth) return [];
  if (schema.type === "integer") return [{ path, kind: "whole number", always }];
  if (!isRecord(schema.properties)) return [];
  const { properties, required } = schema;
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  if (isMoney(properties) && isRequired("minor") && isRequired("currency"))
    return [{ path, kind: "money", always }];
  return Object.entries(properties).flatMap(([name, property]) => {
    const given = isRequired(name) || (isRecord(property) && property.default !== undefined);
    return sumsIn(property, { ...at, path: `${path}.${name}`, always: always && given, depth: depth + 1 });
  });
}

function isMoney({ minor, currency }: Record<string, unknown>): boolean {
  return isRecord(minor) && minor.type === "integer" && isRecord(currency) && currency.type === "string";
}

/** A schema without its `$ref` (RFC 6901), and without the `null` that it allows beside one other form. */
function resolved(written: unknown, root: unknown): { schema?: Record<string, unknown>; nullable: boolean } {
  if (!isRecord(written)) return { nullable: false };
  if (typeof written.$ref === "string") {
    let node = root;
    for (const key of written.$ref.split("/").slice(1)) node = isRecord(node) ? node[key] : undefined;
    return isRecord(node) && node.$ref === undefined ? resolved(node, root) : { nullable: false };
  }
  if (!Array.isArray(written.anyOf)) return { schema: written, nullable: false };
  const forms = written.anyOf.filter((form) => !(isRecord(form) && form.type === "null"));
  if (forms.length !== 1) return { nullable: false };
  return { ...resolved(forms[0], root), nullable: forms.length < written.anyOf.length };
}
