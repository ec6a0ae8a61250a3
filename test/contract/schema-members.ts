import { z } from "zod";

/** As much of JSON Schema 2020-12 as the schemas of tools use. */
export interface Schema {
  type?: string | undefined;
  description?: string | undefined;
  format?: string | undefined;
  default?: unknown;
  enum?: unknown[] | undefined;
  const?: unknown;
  "x-marks"?: string[] | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  required?: string[] | undefined;
  additionalProperties?: unknown;
  properties?: Record<string, Schema> | undefined;
  items?: Schema | undefined;
  anyOf?: Schema[] | undefined;
  oneOf?: Schema[] | undefined;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    "x-marks": z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
    // nothing that a walk would pass by: a schema in one of these must be taught to it first
    $ref: z.never().optional(),
    allOf: z.never().optional(),
    prefixItems: z.never().optional(),
    patternProperties: z.never().optional(),
  }),
);

export function readSchema(json: unknown): Schema {
  return schema.parse(json);
}

/** A member of an object, with the object that it is a member of. */
export interface Member {
  /** `items[].customer.name` */
  path: string;
  name: string;
  schema: Schema;
  parent: Schema;
}

/** Every schema within a schema, itself included, with its path. */
export function* schemasOf(whole: Schema, path = ""): Generator<{ path: string; schema: Schema }> {
  yield { path, schema: whole };
  for (const [name, member] of Object.entries(whole.properties ?? {})) {
    yield* schemasOf(member, path === "" ? name : `${path}.${name}`);
  }
  if (whole.items !== undefined) yield* schemasOf(whole.items, `${path}[]`);
  for (const variant of variantsOf(whole)) yield* schemasOf(variant, path);
}

/** Every member of every object within a schema. */
export function* membersOf(whole: Schema): Generator<Member> {
  for (const { path, schema: parent } of schemasOf(whole)) {
    for (const [name, member] of Object.entries(parent.properties ?? {})) {
      yield { path: path === "" ? name : `${path}.${name}`, name, schema: member, parent };
    }
  }
}

/** The shapes of which a value has one; none for a value of one shape. */
function variantsOf({ anyOf, oneOf }: Schema): readonly Schema[] {
  return anyOf ?? oneOf ?? [];
}

/** The shapes that an object may have: its variants, or itself. */
export function shapesOf(whole: Schema): readonly Schema[] {
  const variants = variantsOf(whole);
  return variants.length === 0 ? [whole] : variants;
}
