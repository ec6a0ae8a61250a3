import { describe, expect, it } from "vitest";
import { z } from "zod";
import { money, tradeLine } from "../../../src/kit/fields.ts";
import { pageInput } from "../../../src/kit/pages.ts";
import { cedarSchema, modelTool } from "../../../src/policy/cedar-schema.ts";
import { readJsonSchema } from "../../../src/policy/read-json-schema.ts";
import { jsonSchema, sendReminder } from "./sample-tools.ts";

/** The Cedar type of each property, with `?` where it is optional. */
function typesOf(shape: z.ZodRawShape): Record<string, string> {
  const { record } = readJsonSchema(jsonSchema(z.strictObject(shape)));
  return Object.fromEntries(
    [...record.fields].map(([name, field]) => [name, `${field.type.kind}${field.required ? "" : "?"}`]),
  );
}

describe("reading a JSON Schema", () => {
  it("types what Cedar has types for", () => {
    const shape = {
      text: z.string(),
      choice: z.enum(["a", "b"]),
      literal: z.literal("a"),
      day: z.iso.date(),
      count: z.int(),
      flag: z.boolean(),
      tags: z.array(z.string()),
      amount: money,
      lines: z.array(tradeLine),
      moment: z.union([z.iso.date(), z.iso.datetime()]),
      maybe: z.string().optional(),
      nullable: z.int().nullable(),
      ...pageInput,
    };
    expect(typesOf(shape)).toEqual({
      text: "String",
      choice: "String",
      literal: "String",
      day: "String",
      count: "Long",
      flag: "Boolean",
      tags: "Set",
      amount: "Record",
      lines: "Set",
      moment: "String",
      maybe: "String?",
      nullable: "Long?",
      limit: "Long",
      cursor: "String?",
    });
  });

  it("leaves out what it has none for, and says what", () => {
    const tree: z.ZodType = z.lazy(() => z.strictObject({ children: z.array(tree) }));
    const schema = z.strictObject({
      rate: z.number(),
      either: z.union([z.string(), z.int()]),
      shapes: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("a") }),
        z.strictObject({ kind: z.literal("b"), size: z.int() }),
      ]),
      pair: z.tuple([z.string(), z.int()]),
      free: z.record(z.string(), z.int()),
      anything: z.unknown(),
      holes: z.array(z.string().nullable()),
      __entity: z.string(),
      inner: z.strictObject({ rate: z.number(), ok: z.string() }),
    });
    const { record, leftOut } = readJsonSchema(jsonSchema(schema));
    expect([...record.fields.keys()]).toEqual(["inner"]);
    const others = [
      "rate",
      "either",
      "shapes",
      "pair",
      "free",
      "anything",
      "holes",
      "__entity",
      "inner.rate",
    ];
    expect(leftOut.toSorted()).toEqual(others.sort());
    const recursive = readJsonSchema(jsonSchema(z.strictObject({ tree, name: z.string() })));
    expect(recursive.leftOut).toEqual(["tree.children"]);
  });

  it("does not drown in references", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, level) => {
        const next = { $ref: `#/$defs/d${level + 1}` };
        return [`d${level}`, { type: "object", properties: { a: next, b: next, c: next } }];
      }),
    );
    const { record } = readJsonSchema({ type: "object", properties: { top: { $ref: "#/$defs/d0" } }, $defs });
    expect([...record.fields.keys()]).toEqual(["top"]);
  });

  it.each([undefined, null, true, [], "x", {}, { type: "array" }, { $ref: "#/$defs/none" }, { $ref: "%" }])(
    "takes %j for an object without properties",
    (schema) => {
      expect(readJsonSchema(schema).record.fields.size).toBe(0);
    },
  );
});

describe("the Cedar schema", () => {
  it("has an action with its groups, and a type for the facts", () => {
    const schema = cedarSchema([modelTool({ ...sendReminder, server: "my-books" })]);
    const facts = "my_books__send_reminder";
    expect(Object.keys(schema[""]?.actions ?? {})).toEqual([
      "my-books",
      "send",
      "write",
      "my-books.send_reminder",
    ]);
    expect(schema[""]?.actions["my-books.send_reminder"]).toMatchObject({
      memberOf: [{ id: "my-books" }, { id: "send" }, { id: "write" }],
      appliesTo: { principalTypes: ["Agent", "Client", "User"], resourceTypes: [`Facts::${facts}`] },
    });
    expect(schema.Facts?.entityTypes[facts]).toMatchObject({
      shape: { attributes: { days_overdue: { type: "Long", required: true }, balance: { type: "Record" } } },
    });
  });
});
