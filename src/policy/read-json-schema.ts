import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";
import { isRecord, type Json } from "../core/json.ts";
import type { CedarField, CedarRecord, CedarType } from "./cedar-type.ts";
import { toCedarValue } from "./cedar-value.ts";
import { resolveRef } from "./resolve-ref.ts";

export interface ReadSchema {
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

/**
 * Reads what an answer with `items` says of one of them, or undefined when the schema has no such list. Items of several
 * shapes are read as one record: what not all of them have is optional, and what has several types is left out.
 */
export function readItemsSchema(schema: Json | undefined): ReadSchema | undefined {
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
  const list = isRecord(properties.items) ? properties.items : {};
  if (!isRecord(list.items)) return undefined;
  const reader: Reader = { root: schema, leftOut: [], nodes: 0 };
  const variants = list.items.anyOf ?? list.items.oneOf;
  const records = (Array.isArray(variants) ? variants : [list.items]).map((variant) => {
    const found = readType(variant, reader, [], []);
    return found?.type.kind === "Record" ? found.type : undefined;
  });
  const known = records.filter((record) => record !== undefined);
  const [first, ...others] = known;
  if (first === undefined || known.length < records.length) return undefined;
  const record = others.reduce((one, another) => mergeRecords(one, another, reader), first);
  return { record, leftOut: [...new Set(reader.leftOut)] };
}

function mergeRecords(one: CedarRecord, another: CedarRecord, reader: Reader): CedarRecord {
  const fields = new Map<string, CedarField>();
  for (const name of new Set([...one.fields.keys(), ...another.fields.keys()])) {
    const [left, right] = [one.fields.get(name), another.fields.get(name)];
    const [field, other] = left === undefined ? [right, left] : [left, right];
    if (field === undefined) continue;
    const isUntyped = other === undefined && one.declared.has(name) && another.declared.has(name);
    if (isUntyped || (other !== undefined && !isSameType(field.type, other.type))) {
      reader.leftOut.push(name);
      continue;
    }
    const required = field.required && other?.required === true;
    const nullable = field.nullable || other?.nullable === true;
    fields.set(name, { type: field.type, required, nullable });
  }
  const declared = new Set([...one.declared, ...another.declared]);
  return { kind: "Record", fields, declared, closed: one.closed && another.closed };
}

function isSameType(one: CedarType, another: CedarType): boolean {
  if (one.kind === "Set") return another.kind === "Set" && isSameType(one.element, another.element);
  if (one.kind !== "Record") return one.kind === another.kind;
  if (another.kind !== "Record" || one.fields.size !== another.fields.size) return false;
  return [...one.fields].every(([name, field]) => {
    const other = another.fields.get(name);
    const { required, nullable, type } = field;
    return other?.required === required && other.nullable === nullable && isSameType(type, other.type);
  });
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
