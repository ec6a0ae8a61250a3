import fc from "fast-check";
import { isRecord } from "../../src/core/json.ts";
import { forgedCursor, hostileName, hostileValue, shortHostileText } from "./hostile-values.ts";
import type { KnownValues } from "./known-values.ts";

/** The members of JSON Schema that the tools use. */
interface Schema {
  type?: string;
  enum?: readonly unknown[];
  format?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

interface Field {
  tool: string;
  name: string;
  known: KnownValues;
}

/**
 * Arguments of a tool: valid by its schema, mutated, or hostile altogether. `meant` gives some that the tool is likely
 * to accept, where those of the schema are not.
 */
export function argumentsOf(options: {
  tool: string;
  schema: Schema;
  known: KnownValues;
  meant?: fc.Arbitrary<unknown> | undefined;
}): fc.Arbitrary<unknown> {
  const { tool, schema, known, meant } = options;
  const bySchema = valueFor(schema, { tool, name: "", known });
  const valid = meant === undefined ? bySchema : fc.oneof(bySchema, meant);
  const mutated = fc
    .tuple(valid, fc.array(mutation, { minLength: 1, maxLength: 2 }))
    .map(([value, mutations]) => mutations.reduce(mutate, value));
  const names = Object.keys(schema.properties ?? {});
  const hostile = fc.oneof(
    hostileValue,
    fc
      .tuple(...names.map((name) => fc.tuple(fc.constant(name), hostileValue)))
      .map((members) => Object.fromEntries(members)),
  );
  return fc.oneof(
    { weight: 5, arbitrary: valid },
    { weight: 5, arbitrary: mutated },
    { weight: 1, arbitrary: hostile },
  );
}

function valueFor(schema: Schema, field: Field): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "object":
      return objectOf(schema, field);
    case "array": {
      const { items = {}, minItems = 0, maxItems = 3 } = schema;
      return fc.array(valueFor(items, field), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 2),
      });
    }
    case "boolean":
      return fc.boolean();
    case "integer":
      return integerOf(schema);
    case "string":
      return textOf(schema, field);
    default:
      throw new TypeError(`no arguments can be made for ${JSON.stringify(schema)}`);
  }
}

/** Half of the time one optional member in eight, so that a filter finds something; else every second one. */
function objectOf({ properties = {}, required = [] }: Schema, field: Field): fc.Arbitrary<unknown> {
  const left = Symbol("left out");
  const members = (present: number) =>
    fc
      .tuple(
        ...Object.entries(properties).map(([name, schema]) => {
          const value = valueFor(schema, { ...field, name });
          const given = required.includes(name)
            ? value
            : fc.oneof(
                { weight: 8 - present, arbitrary: fc.constant(left) },
                { weight: present, arbitrary: value },
              );
          return fc.tuple(fc.constant(name), given);
        }),
      )
      .map((all) => Object.fromEntries(all.filter(([, value]) => value !== left)));
  return fc.oneof(members(1), members(4));
}

function integerOf({ minimum = 1 - 2 ** 53, maximum = 2 ** 53 - 1 }: Schema): fc.Arbitrary<number> {
  const least = Math.max(minimum, -2);
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: least, max: Math.min(maximum, least + 200) }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) },
    { weight: 1, arbitrary: fc.maxSafeInteger().map((any) => Math.min(maximum, Math.max(minimum, any))) },
  );
}

const day = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -400, max: 60 }).map((days) => dayFrom("2026-11-23", days)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "0000-01-01",
      "0001-01-01",
      "1899-12-31",
      "1900-01-01",
      "2199-12-31",
      "9999-12-31",
    ),
  },
);
const time = fc.constantFrom("T00:00:00Z", "T23:59:59.999Z", "T12:00:00+14:00", "T12:00:00-12:00");

const texts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  date: day,
  "date-time": fc.tuple(day, time).map((parts) => parts.join("")),
  email: fc.constantFrom("maria@douro.example", "o'neil+x@sub.harbour.example"),
  currency: currencies(),
  base_currency: currencies(),
};

function currencies(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant("EUR") },
    { weight: 2, arbitrary: fc.constantFrom("GBP", "USD") },
    { weight: 1, arbitrary: fc.constantFrom("JPY", "BHD", "XXX", "ZZZ") },
  );
}

function textOf(schema: Schema, field: Field): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = 1_000 } = schema;
  const special = texts[format ?? field.name];
  if (special !== undefined) return special;
  if (field.name === "cursor") return forgedCursor;
  const free =
    pattern === undefined
      ? fc.oneof(
          fc.string({ minLength, maxLength: Math.min(maxLength, 20) }),
          fc.string({ unit: "binary", minLength, maxLength: Math.min(maxLength, 20) }),
          fc.constant("a".repeat(maxLength)),
          fc.constantFrom("O'", 'O"', "%')--").map((text) => text.padEnd(minLength)),
          shortHostileText.filter(({ length }) => length >= minLength && length <= maxLength),
        )
      : matching(pattern);
  const known = field.known(field.tool, field.name);
  return known.length === 0
    ? free
    : fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: free });
}

/** Decimal numbers stand for the one pattern that looks ahead, which fast-check cannot follow. */
function matching(pattern: string): fc.Arbitrary<string> {
  if (pattern.includes("(?=")) return fc.constantFrom("1", "0.0000000001", "9999999.9999999999", "1.1532");
  return fc.stringMatching(new RegExp(pattern));
}

function dayFrom(start: string, days: number): string {
  return new Date(Date.parse(start) + days * 86_400_000).toISOString().slice(0, 10);
}

interface Mutation {
  kind: "drop" | "add" | "replace" | "spoil";
  /** Which of the members of the value, however deep. */
  place: number;
  name: string;
  value: unknown;
  /** What a text ends with when it is spoilt, so that all else about it stays valid. */
  ending: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("drop", "add", "replace", "spoil"),
  place: fc.nat(),
  name: hostileName,
  value: hostileValue,
  ending: fc.constantFrom("\0", "\ud800", "'", "\n", "\u0085", "\u202e", "%", "/.."),
});

/** The value with one member of it, or of a value within it, dropped, added, replaced or spoilt. */
function mutate(value: unknown, mutation: Mutation): unknown {
  if (!Array.isArray(value) && !isRecord(value)) return mutation.value;
  const { kind, place, name, value: hostile, ending } = mutation;
  const members = Object.entries(value);
  const at = place % Math.max(1, members.length);
  const [chosen = "", inner] = members[at] ?? [];
  const deeper = Math.floor(place / 16);
  if (typeof inner === "object" && inner !== null && deeper % 4 > 0)
    members[at] = [chosen, mutate(inner, { ...mutation, place: Math.floor(deeper / 4) })];
  else if (kind === "add" || members.length === 0) members.push([name, hostile]);
  else if (kind === "spoil" && typeof inner === "string") members[at] = [chosen, inner + ending];
  else if (kind !== "drop") members[at] = [chosen, hostile];
  else members.splice(at, 1);
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}
