import { isRecord } from "../../src/core/json.ts";
import { marksKeyword } from "../../src/core/marks.ts";

/** A field of an argument or a result, as a table shows it. */
export interface FieldRow {
  /** With dots for the fields of an object and [] for the items of a list: `lines[].unit_price`. */
  name: string;
  type: string;
  required: boolean;
  description: string;
}

export type Schema = Readonly<Record<string, unknown>>;

/** The fields of an object's JSON Schema, each followed by the fields within it. */
export function fieldRows(schema: unknown, prefix = ""): FieldRow[] {
  const shapes = shapesOf(schema);
  const names = [...new Set(shapes.flatMap((shape) => Object.keys(propertiesOf(shape))))];
  return names.flatMap((field) => {
    const owners = shapes.filter((shape) => field in propertiesOf(shape));
    const found = distinct(owners.map((shape) => propertiesOf(shape)[field]));
    const [first] = found;
    const name = `${prefix}${field}`;
    const required = owners.every(({ required: names }) => Array.isArray(names) && names.includes(field));
    const only = owners.length < shapes.length ? onlyOf(owners) : "";
    const description = [descriptionOf(first), only, marksOf(found)].filter((text) => text !== "").join(" ");
    const type = [...new Set(found.map(typeOf))].join(" or ");
    return [{ name, type, required, description }, ...(found.length === 1 ? innerRows(first, name) : [])];
  });
}

/** The alternatives of a schema, without null. */
export function shapesOf(schema: unknown): Schema[] {
  if (!isRecord(schema)) return [];
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(alternatives)) return alternatives.flatMap(shapesOf);
  return schema.type === "null" ? [] : [schema];
}

export function propertiesOf({ properties }: Schema): Schema {
  return isRecord(properties) ? properties : {};
}

/** Whether a schema is that of money: whole minor units and a currency. */
export function isMoney(schema: Schema): boolean {
  const names = Object.keys(propertiesOf(schema));
  return names.length === 2 && names.includes("minor") && names.includes("currency");
}

function innerRows(schema: unknown, name: string): FieldRow[] {
  const shapes = shapesOf(schema);
  if (shapes.every(isMoney)) return [];
  const [only] = shapes;
  if (shapes.length === 1 && only?.type === "array") return innerRows(only.items, `${name}[]`);
  return fieldRows(schema, `${name}.`);
}

/** Of which alternatives a field is, by the constant that tells them apart. */
function onlyOf(owners: readonly Schema[]): string {
  const kinds = owners.flatMap((owner) =>
    Object.values(propertiesOf(owner)).flatMap((field) =>
      isRecord(field) && field.const !== undefined ? [`\`${field.const}\``] : [],
    ),
  );
  return kinds.length === 0 ? "" : `Only of ${kinds.join(", ")}.`;
}

/** What a field is marked as, in any of its alternatives. */
function marksOf(schemas: readonly unknown[]): string {
  const marks = schemas.flatMap((schema) =>
    isRecord(schema) && Array.isArray(schema[marksKeyword]) ? schema[marksKeyword] : [],
  );
  return marks.length === 0 ? "" : `Marked ${[...new Set(marks)].join(", ")}.`;
}

function descriptionOf(schema: unknown): string {
  if (!isRecord(schema)) return "";
  const described = typeof schema.description === "string" ? schema.description : inherited(schema);
  const standard = schema.default === undefined ? "" : `Default: \`${JSON.stringify(schema.default)}\`.`;
  return [described, standard].filter((text) => text !== "").join(" ");
}

/** What the items of a list say of themselves, where the list says nothing. */
function inherited({ type, items }: Schema): string {
  return type === "array" && isRecord(items) && typeof items.description === "string"
    ? items.description
    : "";
}

/** A type in words, with its bounds. */
function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return "any";
  if (typeof schema.$ref === "string") return `${schema.$ref.split("/").at(-1)}s`;
  const shapes = shapesOf(schema);
  if (shapes.length > 1) return [...new Set(shapes.map(typeOf))].join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${value}\``).join(", ");
  switch (schema.type) {
    case "object":
      return isMoney(schema) ? "[money](#money)" : "object";
    case "array":
      return `list of ${typeOf(schema.items)}${boundsOf(schema.minItems, schema.maxItems, " items")}`;
    case "string":
      return `${textKind(schema.format)}${boundsOf(undefined, schema.maxLength, " characters")}`;
    case "integer":
    case "number":
      return `${schema.type}${boundsOf(schema.minimum, schema.maximum)}`;
    default:
      return typeof schema.type === "string" ? schema.type : "any";
  }
}

function textKind(format: unknown): string {
  if (format === "date") return "day";
  if (format === "date-time") return "instant";
  return typeof format === "string" ? format : "text";
}

function boundsOf(least: unknown, most: unknown, unit = ""): string {
  // the bounds of every safe integer say nothing
  const from = typeof least === "number" && Math.abs(least) < Number.MAX_SAFE_INTEGER ? least : undefined;
  const to = typeof most === "number" && Math.abs(most) < Number.MAX_SAFE_INTEGER ? most : undefined;
  if (from !== undefined && to !== undefined) return `, ${from} to ${to}${unit}`;
  if (from !== undefined) return `, at least ${from}${unit}`;
  return to === undefined ? "" : `, at most ${to}${unit}`;
}

function distinct(schemas: readonly unknown[]): unknown[] {
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return schemas.filter((schema, index) => schemas.findIndex((other) => isSame(schema, other)) === index);
}
