/**
 * The type of a value in a workflow: JSON Schema brought to the few shapes that expressions care about.
 * `values` are the only values there can be (an enum, a const, or a literal).
 */
export type ValueType =
  | { kind: "any" }
  | { kind: "null" }
  | { kind: "boolean"; values?: readonly boolean[] }
  | { kind: "integer"; values?: readonly number[]; limits?: Limits }
  /** JSON's number: with or without a fraction. */
  | { kind: "number"; values?: readonly number[]; limits?: Limits }
  /** A number that CEL certainly holds as floating point. */
  | { kind: "double" }
  | { kind: "string"; values?: readonly string[]; format?: string; limits?: Limits }
  /** A number of calendar days, to be added to a date; JSON cannot hold it. */
  | { kind: "days" }
  | { kind: "list"; items: ValueType; limits?: Limits }
  | RecordType
  | { kind: "union"; variants: readonly ValueType[] }
  /** What `.?` gives: a value, or none. */
  | { kind: "optional"; value: ValueType };

export interface RecordType {
  kind: "record";
  fields: ReadonlyMap<string, Field>;
  /** The type of fields that are not listed. */
  rest?: ValueType;
  /** Whether other fields are refused (`additionalProperties: false`). */
  closed: boolean;
  /** Explains a field that is not there, where a better reason is known than a misspelling. */
  explain?: (field: string) => Fault | undefined;
}

export interface Field {
  type: ValueType;
  /** False when the record may lack it. */
  required: boolean;
  /** Why it may be lacking, for the message. */
  reason?: string;
}

/** The constraints of a JSON Schema that only a literal can be held against. */
export interface Limits {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
}

/** What is wrong, without where. Codes are those of a Problem. */
export interface Fault {
  code: string;
  message: string;
  hint?: string | undefined;
}

export const anyType: ValueType = { kind: "any" };
export const nullType: ValueType = { kind: "null" };
export const booleanType: ValueType = { kind: "boolean" };
export const integerType: ValueType = { kind: "integer" };
export const numberType: ValueType = { kind: "number" };
export const doubleType: ValueType = { kind: "double" };
export const stringType: ValueType = { kind: "string" };
export const dateType: ValueType = { kind: "string", format: "date" };
export const instantType: ValueType = { kind: "string", format: "date-time" };
export const daysType: ValueType = { kind: "days" };

export function listOf(items: ValueType): ValueType {
  return { kind: "list", items };
}

/** A closed record whose fields are all there. */
export function recordOf(fields: Readonly<Record<string, ValueType>>): RecordType {
  const entries = Object.entries(fields).map(([name, type]): [string, Field] => [
    name,
    { type, required: true },
  ]);
  return { kind: "record", fields: new Map(entries), closed: true };
}

/** An amount in a currency's smallest unit. */
export const moneyType = recordOf({ minor: integerType, currency: stringType });

/** Whether a type is an amount of money, which people mostly want to read as text. */
export function isMoney(type: ValueType): boolean {
  return (
    type.kind === "record" &&
    type.fields.size === 2 &&
    type.fields.has("minor") &&
    type.fields.has("currency")
  );
}

/** The type of a value that is one or the other. */
export function joinTypes(a: ValueType, b: ValueType): ValueType {
  if (a.kind === "any" || b.kind === "any") return anyType;
  if (a.kind === "optional" || b.kind === "optional") {
    return {
      kind: "optional",
      value: joinTypes(a.kind === "optional" ? a.value : a, b.kind === "optional" ? b.value : b),
    };
  }
  if (a.kind === "boolean" && b.kind === "boolean") return booleanType;
  if (a.kind === "string" && b.kind === "string") return joinStrings(a, b);
  if (isNumeric(a) && isNumeric(b)) return a.kind === b.kind ? { kind: a.kind } : numberType;
  if (a.kind === "list" && b.kind === "list") return listOf(joinTypes(a.items, b.items));
  const variants = [a, b].flatMap((type) => (type.kind === "union" ? type.variants : [type]));
  return unionOf(variants);
}

function joinStrings(
  a: Extract<ValueType, { kind: "string" }>,
  b: Extract<ValueType, { kind: "string" }>,
): ValueType {
  const values = a.values && b.values && [...new Set([...a.values, ...b.values])];
  return {
    kind: "string",
    ...(values && { values }),
    ...(a.format !== undefined && a.format === b.format && { format: a.format }),
  };
}

/** A union without repetitions; one variant alone is itself. */
export function unionOf(variants: readonly ValueType[]): ValueType {
  const seen = new Map(
    variants
      .flatMap((variant) => (variant.kind === "union" ? variant.variants : [variant]))
      .map((variant) => [describeType(variant, 9), variant]),
  );
  if (seen.size === 0) return { kind: "union", variants: [] };
  const distinct = [...seen.values()];
  const [only] = distinct;
  if (distinct.some(({ kind }) => kind === "any")) return anyType;
  return only !== undefined && distinct.length === 1 ? only : { kind: "union", variants: distinct };
}

export function isNumeric(
  type: ValueType,
): type is Extract<ValueType, { kind: "integer" | "number" | "double" }> {
  return type.kind === "integer" || type.kind === "number" || type.kind === "double";
}

/** The members of a union, or the type alone. */
export function variantsOf(type: ValueType): readonly ValueType[] {
  return type.kind === "union" ? type.variants : [type];
}

/** Names a type for people, in the words of JSON Schema: `list<{sku, quantity}>`. */
export function describeType(type: ValueType, depth = 1): string {
  switch (type.kind) {
    case "boolean":
    case "integer":
    case "number":
      return type.values ? type.values.map(String).join(" | ") : type.kind;
    case "double":
      return "number";
    case "string":
      if (type.values) return listValues(type.values, depth);
      if (type.format === "date" || type.format === "date-time") return type.format;
      return "string";
    case "list":
      return `list<${describeType(type.items, depth)}>`;
    case "record": {
      if (type.fields.size === 0) return "object";
      const names = [...type.fields].map(([name, field]) => {
        const mark = field.required ? name : `${name}?`;
        return depth > 1 ? `${mark}: ${describeType(field.type, depth - 1)}` : mark;
      });
      return `{${names.join(", ")}}`;
    }
    case "union":
      return type.variants.length === 0
        ? "nothing"
        : type.variants.map((variant) => describeType(variant, depth)).join(" | ");
    case "optional":
      return `${describeType(type.value, depth)} that may be missing`;
    default:
      return type.kind;
  }
}

function listValues(values: readonly string[], depth: number): string {
  const shown = depth > 1 ? values : values.slice(0, 8);
  return (
    shown.map((value) => JSON.stringify(value)).join(" | ") + (shown.length < values.length ? " | …" : "")
  );
}
