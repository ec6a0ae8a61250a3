import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";
import { isRecord, type Json } from "../core/json.ts";
import type { CedarField, CedarRecord, CedarType } from "./cedar-type.ts";
import { toCedarValue } from "./cedar-value.ts";

interface ReadSchema {
  record: CedarRecord;
  /** Dotted paths of the properties that Cedar cannot type; policies do not see them. */
  leftOut: string[];
}

/** Names that mean something to Cedar's JSON format, or to JavaScript; no policy sees a property called so. */
const reservedNames: ReadonlySet<string> = new Set(["__entity", "__extn", "__expr", "__proto__"]);

const maxDepth = 16;
const maxNodes = 5_000;

/**
 * Reads the JSON Schema of an object as a Cedar record. String, integer, boolean, array and object have a Cedar
 * type; a nullable property becomes an optional one that is absent when null; a property with a default is always
 * there. What Cedar has no type for is left out of the schema, and so of every request: numbers with fractions,
 * unions of different types, tuples, maps with free keys, recursive schemas, and nesting beyond 16 levels. A policy
 * that names such a property does not pass `check`, so nothing is forbidden or let through by mistake.
 */
export function readJsonSchema(schema: Json | undefined): ReadSchema {
  const reader: Reader = { root: schema, leftOut: [], nodes: 0 };
  const found = readType(schema, reader, [], []);
  const empty: CedarRecord = { kind: "Record", fields: new Map(), declared: new Set(), closed: false };
  return { record: found?.type.kind === "Record" ? found.type : empty, leftOut: reader.leftOut };
}

interface Reader {
  root: unknown;
  leftOut: string[];
  nodes: number;
}

interface Found {
  type: CedarType;
  nullable: boolean;
}

function readType(
  schema: unknown,
  reader: Reader,
  path: readonly string[],
  refs: readonly string[],
): Found | undefined {
  reader.nodes += 1;
  if (!isRecord(schema) || path.length > maxDepth || reader.nodes > maxNodes) return undefined;
  if (typeof schema.$ref === "string") {
    if (refs.includes(schema.$ref)) return undefined;
    return readType(resolveRef(reader.root, schema.$ref), reader, path, [...refs, schema.$ref]);
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(variants)) return readUnion(variants, reader, path, refs);

  const names = typeNames(schema);
  const nullable = names.includes("null");
  const [name, ...others] = names.filter((candidate) => candidate !== "null");
  if (name === undefined || others.length > 0) return undefined;
  switch (name) {
    case "string":
      return { type: { kind: "String" }, nullable };
    case "integer":
      return { type: { kind: "Long" }, nullable };
    case "boolean":
      return { type: { kind: "Boolean" }, nullable };
    case "array": {
      if (schema.prefixItems !== undefined) return undefined;
      const element = readType(schema.items, reader, [...path, "[]"], refs);
      if (element === undefined || element.nullable) return undefined;
      return { type: { kind: "Set", element: element.type }, nullable };
    }
    case "object":
      if (!isRecord(schema.properties)) return undefined;
      return { type: readRecord(schema, schema.properties, reader, path, refs), nullable };
    default:
      return undefined;
  }
}

function readRecord(
  schema: Record<string, unknown>,
  properties: Record<string, unknown>,
  reader: Reader,
  path: readonly string[],
  refs: readonly string[],
): CedarRecord {
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const fields = new Map<string, CedarField>();
  for (const [name, property] of Object.entries(properties)) {
    const found = reservedNames.has(name) ? undefined : readType(property, reader, [...path, name], refs);
    if (found === undefined) {
      reader.leftOut.push([...path, name].join("."));
      continue;
    }
    const fallback = defaultValue(property, found.type);
    fields.set(name, {
      type: found.type,
      nullable: found.nullable,
      required: !found.nullable && (required.includes(name) || fallback !== undefined),
      fallback,
    });
  }
  const closed = schema.additionalProperties === false && schema.patternProperties === undefined;
  return { kind: "Record", fields, declared: new Set(Object.keys(properties)), closed };
}

/** `T | null`, and variants that are the same scalar to Cedar, such as a date or a date-time. */
function readUnion(
  variants: readonly unknown[],
  reader: Reader,
  path: readonly string[],
  refs: readonly string[],
): Found | undefined {
  const isNull = (variant: unknown) => isRecord(variant) && variant.type === "null";
  const found = variants
    .filter((variant) => !isNull(variant))
    .map((variant) => readType(variant, reader, path, refs));
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const scalar = first.type.kind !== "Set" && first.type.kind !== "Record";
  if (others.length > 0 && !(scalar && others.every((other) => other?.type.kind === first.type.kind))) {
    return undefined;
  }
  const nullable = variants.some(isNull) || found.some((variant) => variant?.nullable === true);
  return { type: first.type, nullable };
}

/** The JSON types that a schema allows: as it says, or as its `enum` or `const` show. */
function typeNames(schema: Record<string, unknown>): string[] {
  if (typeof schema.type === "string") return [schema.type];
  if (Array.isArray(schema.type)) return schema.type.map(String);
  if (Array.isArray(schema.enum)) return [...new Set(schema.enum.map(typeName))];
  return schema.const === undefined ? [] : [typeName(schema.const)];
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function defaultValue(schema: unknown, type: CedarType): CedarValueJson | undefined {
  if (!isRecord(schema) || schema.default === undefined || schema.default === null) return undefined;
  try {
    return toCedarValue(type, schema.default, "default");
  } catch {
    return undefined; // a default that does not fit its own schema: the property stays optional
  }
}

/** The part of a schema that `#/…` points to (RFC 6901). */
function resolveRef(root: unknown, ref: string): unknown {
  if (!ref.startsWith("#")) return undefined;
  let node = root;
  for (const part of ref.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    node = Reflect.get(node, key);
  }
  return node;
}
