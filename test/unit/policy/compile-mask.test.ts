import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { mark } from "../../../src/kit/mark.ts";
import { compileMask } from "../../../src/policy/compile-mask.ts";
import { jsonSchema } from "./sample-tools.ts";

const text = z.string();
const secret = mark(text, "secret");
const personal = mark(text, "personal");

function mask(schema: z.ZodType, value: unknown, ...marks: string[]) {
  return compileMask(jsonSchema(schema, "output"), marks).apply(value)?.result;
}

describe("a mask", () => {
  it.each([
    ["leaves optional fields out", { a: personal.optional(), b: text }, { a: "x", b: "y" }, { b: "y" }],
    ["makes nullable fields null", { a: personal.nullable() }, { a: "x" }, { a: null }],
    ["writes a text where one must be", { a: personal }, { a: "x" }, { a: "[masked]" }],
    ["empties a list that must be there", { a: mark(z.array(text), "personal") }, { a: ["x"] }, { a: [] }],
    ["empties a list of marked entries", { a: z.array(personal) }, { a: ["x", "y"] }, { a: [] }],
    [
      "leaves out marked members with free keys",
      { a: z.record(text, personal) },
      { a: { k: "x" } },
      { a: {} },
    ],
    ["leaves other marks alone", { a: secret }, { a: "x" }, { a: "x" }],
    [
      "goes into lists and objects",
      { a: z.array(z.object({ b: z.object({ c: personal }) })) },
      { a: [{ b: { c: "x" } }] },
      { a: [{ b: { c: "[masked]" } }] },
    ],
    [
      "finds a mark on what is described and made optional later",
      { a: personal.describe("A name.").optional() },
      { a: "x" },
      {},
    ],
    [
      "takes away a whole marked object",
      { a: mark(z.object({ b: z.int() }), "personal").optional() },
      { a: { b: 1 } },
      {},
    ],
  ])("%s", (_what, shape, value, shown) => {
    expect(mask(z.strictObject(shape), value, "personal")).toEqual(shown);
  });

  it("masks of several shapes the one that the value has", () => {
    const shapes = z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("company"), name: text }),
      z.strictObject({ type: z.literal("contact"), name: personal }),
    ]);
    const items = [
      { type: "company", name: "Clyde" },
      { type: "contact", name: "Maria" },
    ];
    const shown = [items[0], { type: "contact", name: "[masked]" }];
    expect(mask(z.strictObject({ items: z.array(shapes) }), { items }, "personal")).toEqual({ items: shown });
  });

  it("follows references, also of a schema to itself", () => {
    const node: z.ZodType = z.strictObject({
      name: personal,
      get children() {
        return z.array(node);
      },
    });
    const value = { name: "a", children: [{ name: "b", children: [] }] };
    const shown = { name: "[masked]", children: [{ name: "[masked]", children: [] }] };
    expect(mask(node, value, "personal")).toEqual(shown);
  });

  it.each([
    ["a number", z.int()],
    ["a date", z.iso.date()],
    ["one of some words", z.enum(["a", "b"])],
    ["a text too short for the word", z.string().max(5)],
    ["a list that is never empty", z.array(text).min(1)],
  ])("shows nothing at all when %s that must be there is marked", (_what, schema) => {
    const marked = compileMask(jsonSchema(z.strictObject({ a: mark(schema, "secret") }), "output"), [
      "secret",
    ]);
    expect(marked.fields).toEqual([{ path: "a", maskable: false }]);
    expect(marked.apply({ a: 1 })).toBeUndefined();
    expect(marked.apply({})?.result).toEqual({});
  });

  it("never lets a marked value through, keeps every other, and leaves what it was given as it was", () => {
    const leaf = fc.record({ hidden: fc.boolean(), optional: fc.boolean(), nested: fc.boolean() });
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 6 }), (leaves) => {
        const shape: Record<string, z.ZodType> = {};
        const value: Record<string, unknown> = {};
        for (const [index, { hidden, optional, nested }] of leaves.entries()) {
          const one = hidden ? personal : text;
          const field = optional ? one.optional() : one;
          const word = hidden ? "HIDDEN" : `kept${index}`;
          shape[`f${index}`] = nested ? z.array(z.strictObject({ field })) : field;
          value[`f${index}`] = nested ? [{ field: word }, { field: word }] : word;
        }
        const schema = z.strictObject(shape);
        const before = structuredClone(value);
        const shown = mask(schema, value, "personal");
        expect(schema.safeParse(shown).success).toBe(true);
        expect(JSON.stringify(shown)).not.toContain("HIDDEN");
        for (const [index, { hidden }] of leaves.entries()) {
          if (!hidden) expect(JSON.stringify(shown)).toContain(`kept${index}"`);
        }
        expect(value).toEqual(before);
      }),
    );
  });
});
