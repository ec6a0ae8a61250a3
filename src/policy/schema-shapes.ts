import { isRecord } from "../core/json.ts";
import { resolveRef } from "./resolve-ref.ts";

type Shape = Readonly<Record<string, unknown>>;

/** A JSON Schema, what it refers to, its variants and its parts: all that says something of one value. */
export function shapesOf(schema: unknown, root: unknown, known: Set<unknown> = new Set()): Shape[] {
  if (!isRecord(schema) || known.has(schema)) return [];
  known.add(schema);
  const parts = [...variantsOf(schema), ...listOf(schema.allOf)];
  if (typeof schema.$ref === "string") parts.push(resolveRef(root, schema.$ref));
  return [schema, ...parts.flatMap((part) => shapesOf(part, root, known))];
}

/** The properties that any of its shapes declares. */
export function propertiesOf(schema: unknown, root: unknown): Shape {
  const all = shapesOf(schema, root).map(({ properties }) => (isRecord(properties) ? properties : {}));
  return Object.assign({}, ...all);
}

export function variantsOf(schema: Shape): readonly unknown[] {
  return [...listOf(schema.anyOf), ...listOf(schema.oneOf)];
}

export function typesOf({ type }: Shape): readonly unknown[] {
  return Array.isArray(type) ? type : [type];
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
