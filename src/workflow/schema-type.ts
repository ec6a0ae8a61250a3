import { isRecord } from "../core/json.ts";
import {
  anyType,
  booleanType,
  daysType,
  type Field,
  integerType,
  type Limits,
  listOf,
  nullType,
  numberType,
  stringType,
  unionOf,
  type ValueType,
} from "./types.ts";

/** How deep a schema is followed; a recursive one is `any` below. */
const deepest = 24;

/**
 * The type that a JSON Schema (2020-12) describes. What a type cannot say (`not`, `if`, several `allOf`) is `any`;
 * the server's own validation remains the last word.
 */
export function typeOfSchema(schema: unknown, root: unknown = schema, depth = 0): ValueType {
  if (!isRecord(schema) || depth > deepest) return anyType;
  const inner = (part: unknown): ValueType => typeOfSchema(part, root, depth + 1);

  if (typeof schema.$ref === "string") return inner(resolveReference(root, schema.$ref));
  if ("const" in schema) return typeOfValues([schema.const]);
  if (Array.isArray(schema.enum)) return typeOfValues(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return unionOf(choices.map(inner));
  if (Array.isArray(schema.allOf)) return schema.allOf.length === 1 ? inner(schema.allOf[0]) : anyType;
  if (Array.isArray(schema.type)) {
    return unionOf(schema.type.map((type) => inner({ ...schema, type })));
  }
  return typeOfPlainSchema(schema, inner);
}

function typeOfPlainSchema(schema: Record<string, unknown>, inner: (part: unknown) => ValueType): ValueType {
  switch (schema.type) {
    case "null":
      return nullType;
    case "boolean":
      return booleanType;
    case "integer":
    case "number":
      return { kind: schema.type, ...limitsOf(schema) };
    case "string":
      return {
        kind: "string",
        ...limitsOf(schema),
        ...(typeof schema.format === "string" && { format: schema.format }),
      };
    case "array":
      return { kind: "list", items: inner(schema.items), ...limitsOf(schema) };
    case "object":
      return recordOfSchema(schema, inner);
    default:
      return isRecord(schema.properties) ? recordOfSchema(schema, inner) : anyType;
  }
}

function recordOfSchema(schema: Record<string, unknown>, inner: (part: unknown) => ValueType): ValueType {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  const fields = new Map(
    properties.map(([name, property]): [string, Field] => [
      name,
      { type: inner(property), required: required.includes(name) },
    ]),
  );
  const { additionalProperties: additional } = schema;
  const rest = isRecord(additional)
    ? inner(additional)
    : additional === true || (additional === undefined && fields.size === 0)
      ? anyType
      : undefined;
  return { kind: "record", fields, closed: additional === false, ...(rest && { rest }) };
}

/** The type whose only values are these. */
export function typeOfValues(values: readonly unknown[]): ValueType {
  const strings = values.filter((value) => typeof value === "string");
  const integers = values.filter((value) => typeof value === "number" && Number.isInteger(value));
  const fractions = values.filter((value) => typeof value === "number" && !Number.isInteger(value));
  const booleans = values.filter((value) => typeof value === "boolean");
  const variants: ValueType[] = [];
  if (strings.length > 0) variants.push({ kind: "string", values: strings });
  if (integers.length > 0) variants.push({ kind: "integer", values: integers.map(Number) });
  if (fractions.length > 0) variants.push({ kind: "number", values: fractions.map(Number) });
  if (booleans.length > 0) variants.push({ kind: "boolean", values: booleans });
  if (values.includes(null)) variants.push(nullType);
  return variants.length === 0 ? anyType : unionOf(variants);
}

const limitNames = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
] as const;

function limitsOf(schema: Record<string, unknown>): { limits?: Limits } {
  const limits: Limits = {};
  for (const name of limitNames) {
    const value = schema[name];
    if (typeof value === "number") limits[name] = value;
  }
  if (typeof schema.pattern === "string") limits.pattern = schema.pattern;
  return Object.keys(limits).length === 0 ? {} : { limits };
}

/** Follows a reference within the same schema (`#/$defs/line`); any other is not known here. */
function resolveReference(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return {};
  let node = root;
  for (const part of reference.slice(1).split("/").filter(Boolean)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    node = isRecord(node) ? node[key] : undefined;
  }
  return node;
}

const namedTypes: Readonly<Record<string, ValueType>> = {
  string: stringType,
  integer: integerType,
  number: numberType,
  boolean: booleanType,
  days: daysType,
  list: listOf(anyType),
};

/** The type that a workflow file names in one word, for instance in the `output` of an `ask`. */
export function typeOfName(name: "string" | "integer" | "number" | "boolean"): ValueType {
  return namedTypes[name] ?? anyType;
}
