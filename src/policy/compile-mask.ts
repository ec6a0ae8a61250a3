import { isRecord } from "../core/json.ts";
import { marksKeyword } from "../core/marks.ts";
import { resolveRef } from "./resolve-ref.ts";
import { listOf, propertiesOf, shapesOf, typesOf, variantsOf } from "./schema-shapes.ts";

/** What stands where a text was that must be there. */
const maskedText = "[masked]";

/** A field of a result that carries one of the marks looked for. */
export interface MaskedField {
  /** For people, e.g. `items[].contact.name`. */
  path: string;
  /** Whether the result stays valid without it. */
  maskable: boolean;
}

export interface Mask {
  /** The marked fields that the schema has. None: nothing is ever masked. */
  fields: readonly MaskedField[];
  /**
   * A copy of a result without the marked fields: optional ones are left out, nullable ones are null, lists empty, and
   * texts that must be there read "[masked]". `undefined` when a field that is there can be none of these.
   */
  apply(result: unknown): { result: unknown; masked: boolean } | undefined;
}

/** Reads from the JSON Schema of a result how to mask the fields with one of these marks. */
export function compileMask(schema: unknown, marks: readonly string[]): Mask {
  const reader: Reader = { root: schema, marks: new Set(marks), fields: new Map(), open: new Map() };
  const change = readChange(schema, reader, "");
  return {
    fields: [...reader.fields.values()],
    apply(result) {
      if (change === undefined) return { result, masked: false };
      const seen: Seen = { masked: false, stuck: false };
      const shown = change(result, seen);
      return seen.stuck ? undefined : { result: shown, masked: seen.masked };
    },
  };
}

/** What happened while a result was masked. */
interface Seen {
  masked: boolean;
  /** Whether something could not be masked. */
  stuck: boolean;
}

/** Copies a value without what is marked in it. */
type Change = (value: unknown, seen: Seen) => unknown;

interface Reader {
  root: unknown;
  marks: ReadonlySet<string>;
  fields: Map<string, MaskedField>;
  /** The schemas that are being read: a recursive one is applied by way of itself. */
  open: Map<object, { change: Change | undefined }>;
}

/** How to change the values of a schema; undefined when nothing in them is marked. */
function readChange(schema: unknown, reader: Reader, path: string): Change | undefined {
  if (!isRecord(schema)) return undefined;
  const opened = reader.open.get(schema);
  if (opened !== undefined) return (value, seen) => opened.change?.(value, seen) ?? value;
  const entry: { change: Change | undefined } = { change: undefined };
  reader.open.set(schema, entry);
  const parts = [
    typeof schema.$ref === "string" && readChange(resolveRef(reader.root, schema.$ref), reader, path),
    ...variantsOf(schema).map((variant) => readVariant(variant, reader, path)),
    ...listOf(schema.allOf).map((part) => readChange(part, reader, path)),
    readProperties(schema, reader, path),
    readFreeProperties(schema, reader, path),
    readItems(schema, reader, path),
  ].filter((part) => typeof part === "function");
  reader.open.delete(schema);
  const [first, ...others] = parts;
  entry.change =
    others.length === 0
      ? first
      : (value, seen) => parts.reduce((before: unknown, part) => part(before, seen), value);
  return entry.change;
}

/** One of several shapes: it changes only what may be of this shape, by its constant members. */
function readVariant(schema: unknown, reader: Reader, path: string): Change | undefined {
  const change = readChange(schema, reader, path);
  if (change === undefined) return undefined;
  const constants = Object.entries(propertiesOf(schema, reader.root)).flatMap(([name, property]) =>
    isRecord(property) && property.const !== undefined ? [[name, property.const] as const] : [],
  );
  return (value, seen) => {
    if (!isRecord(value)) return change(value, seen);
    const another = constants.some(([name, constant]) => name in value && value[name] !== constant);
    return another ? value : change(value, seen);
  };
}

function readProperties(schema: Record<string, unknown>, reader: Reader, path: string): Change | undefined {
  const required = listOf(schema.required);
  const changes = Object.entries(isRecord(schema.properties) ? schema.properties : {}).flatMap(
    ([name, property]): (readonly [string, MemberChange])[] => {
      const at = path === "" ? name : `${path}.${name}`;
      if (isMarked(property, reader)) {
        const instead = required.includes(name) ? standIn(property, reader) : leftOut;
        note(reader, at, instead !== undefined);
        return [[name, replaceBy(instead)]];
      }
      const change = readChange(property, reader, at);
      return change === undefined ? [] : [[name, (value, seen) => ({ value: change(value, seen) })]];
    },
  );
  if (changes.length === 0) return undefined;
  return (value, seen) => {
    if (!isRecord(value)) return value;
    const copy = { ...value };
    for (const [name, change] of changes) {
      if (!Object.hasOwn(copy, name)) continue;
      const changed = change(copy[name], seen);
      if (changed === leftOut) delete copy[name];
      else copy[name] = changed.value;
    }
    return copy;
  };
}

/** The members of an object with free keys: those of a marked schema are left out. */
function readFreeProperties(
  schema: Record<string, unknown>,
  reader: Reader,
  path: string,
): Change | undefined {
  const at = `${path}.*`;
  const isMarkedMember = isMarked(schema.additionalProperties, reader);
  if (isMarkedMember) note(reader, at, true);
  const change = isMarkedMember ? undefined : readChange(schema.additionalProperties, reader, at);
  if (!isMarkedMember && change === undefined) return undefined;
  const declared = isRecord(schema.properties) ? schema.properties : {};
  return (value, seen) => {
    if (!isRecord(value)) return value;
    const members = Object.entries(value).flatMap(([name, member]) => {
      if (Object.hasOwn(declared, name)) return [[name, member]];
      if (change !== undefined) return [[name, change(member, seen)]];
      seen.masked = true;
      return [];
    });
    return Object.fromEntries(members);
  };
}

/** The entries of a list: marked ones are left out, all of them. */
function readItems(schema: Record<string, unknown>, reader: Reader, path: string): Change | undefined {
  const at = `${path}[]`;
  if (isMarked(schema.items, reader)) {
    const maskable = !(Number(schema.minItems) > 0);
    note(reader, at, maskable);
    return (value, seen) => {
      if (!Array.isArray(value) || value.length === 0) return value;
      if (maskable) seen.masked = true;
      else seen.stuck = true;
      return [];
    };
  }
  const rest = readChange(schema.items, reader, at);
  const first = listOf(schema.prefixItems).map((item) => {
    if (!isMarked(item, reader)) return readChange(item, reader, at);
    const instead = standIn(item, reader);
    note(reader, at, instead !== undefined);
    const replace = replaceBy(instead);
    return (value: unknown, seen: Seen) => {
      const changed = replace(value, seen);
      return changed === leftOut ? null : changed.value;
    };
  });
  if (rest === undefined && first.every((change) => change === undefined)) return undefined;
  return (value, seen) => {
    if (!Array.isArray(value)) return value;
    return value.map((item: unknown, index) => {
      const change = index < first.length ? first[index] : rest;
      return change === undefined ? item : change(item, seen);
    });
  };
}

/** Several shapes may have a field of one name: it can be masked when each of them can be without it. */
function note({ fields }: Reader, path: string, maskable: boolean): void {
  fields.set(path, { path, maskable: maskable && fields.get(path)?.maskable !== false });
}

/** What becomes of a marked member: another value, or nothing. */
type Instead = { value: unknown } | typeof leftOut;
type MemberChange = (value: unknown, seen: Seen) => Instead;

const leftOut = Symbol("left out");

function replaceBy(instead: Instead | undefined): MemberChange {
  return (_value, seen) => {
    if (instead === undefined) seen.stuck = true;
    else seen.masked = true;
    return instead ?? leftOut;
  };
}

/** What may stand for a value that must be there; undefined when nothing may. */
function standIn(schema: unknown, reader: Reader): Instead | undefined {
  const shapes = shapesOf(schema, reader.root);
  if (shapes.some((shape) => typesOf(shape).includes("null"))) return { value: null };
  if (shapes.some(takesMaskedText)) return { value: maskedText };
  const list = shapes.some((shape) => typesOf(shape).includes("array") && !(Number(shape.minItems) > 0));
  return list ? { value: [] } : undefined;
}

function takesMaskedText(shape: Record<string, unknown>): boolean {
  const { format, pattern, minLength = 0, maxLength = maskedText.length } = shape;
  if (!typesOf(shape).includes("string") || format !== undefined || "enum" in shape || "const" in shape) {
    return false;
  }
  if (typeof pattern === "string" && !new RegExp(pattern, "u").test(maskedText)) return false;
  return Number(minLength) <= maskedText.length && maskedText.length <= Number(maxLength);
}

/** Whether a schema carries one of the marks, itself or by what it refers to. */
function isMarked(schema: unknown, reader: Reader): boolean {
  return shapesOf(schema, reader.root).some((shape) =>
    listOf(shape[marksKeyword]).some((mark) => typeof mark === "string" && reader.marks.has(mark)),
  );
}
