import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { columnsOf } from "../../../../src/cli/export/columns.ts";
import { csvText } from "../../../../src/cli/export/csv-text.ts";
import { money } from "../../../../src/kit/fields.ts";
import { collect } from "../import/temporary-files.ts";

function tableOf(item: z.ZodType, value: unknown): Record<string, string> {
  const columns = columnsOf(z.toJSONSchema(item));
  return Object.fromEntries(columns.map(({ name, cell }) => [name, cell(value)]));
}

describe("columns", () => {
  it("are the fields of the schema in its order; what is absent is empty", () => {
    const item = z.strictObject({
      b: z.string(),
      a: z.int(),
      note: z.string().optional(),
      paid: z.boolean(),
    });
    const found = tableOf(item, { paid: true, a: -3, b: "x" });
    expect(Object.entries(found)).toEqual([
      ["b", "x"],
      ["a", "-3"],
      ["note", ""],
      ["paid", "true"],
    ]);
  });

  it("are dotted for a nested object, also for one that may be absent or null", () => {
    const owner = z.strictObject({ id: z.string(), address: z.strictObject({ city: z.string() }) });
    const item = z.strictObject({ owner: owner.optional(), seller: owner.nullable() });
    expect(tableOf(item, { seller: { id: "s", address: { city: "Kiel" } } })).toEqual({
      "owner.id": "",
      "owner.address.city": "",
      "seller.id": "s",
      "seller.address.city": "Kiel",
    });
    expect(tableOf(item, { seller: null })["seller.id"]).toBe("");
  });

  it.each([
    [1250, "EUR", "12.50"],
    [-5, "EUR", "-0.05"],
    [0, "EUR", "0.00"],
    [1250, "JPY", "1250"],
    [1250, "KWD", "1.250"],
    [1250, "ZZZ", "1250 minor units"],
  ])("show money of %d %s as %s with its currency", (minor, currency, amount) => {
    const item = z.strictObject({ total: money });
    expect(tableOf(item, { total: { minor, currency } })).toEqual({
      total: amount,
      "total.currency": currency,
    });
  });

  it("show money that is absent as two empty cells", () => {
    expect(tableOf(z.strictObject({ total: money.optional() }), {})).toEqual({
      total: "",
      "total.currency": "",
    });
  });

  it("show a list, and an object without known fields, as JSON", () => {
    const item = z.strictObject({ tags: z.array(z.string()), more: z.record(z.string(), z.int()) });
    expect(tableOf(item, { tags: ["a", "=b"], more: { c: 1 } })).toEqual({
      tags: '["a","=b"]',
      more: '{"c":1}',
    });
  });

  it("are those of all shapes that an item may have", () => {
    const item = z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("deal"), id: z.string(), amount: money }),
      z.strictObject({ type: z.literal("lead"), id: z.string(), source: z.string() }),
    ]);
    expect(tableOf(item, { type: "lead", id: "1", source: "web" })).toEqual({
      type: "lead",
      id: "1",
      amount: "",
      "amount.currency": "",
      source: "web",
    });
  });

  it("are one of JSON where a field is now an object and now none", () => {
    const item = z.strictObject({ who: z.union([z.string(), z.strictObject({ id: z.string() })]) });
    expect(tableOf(item, { who: "me" })).toEqual({ who: "me" });
    expect(tableOf(item, { who: { id: "me" } })).toEqual({ who: '{"id":"me"}' });
  });

  it("are one where the items are no objects", () => {
    expect(tableOf(z.string(), "a")).toEqual({ item: "a" });
    expect(columnsOf(undefined).map(({ cell }) => cell({ a: 1 }))).toEqual(['{"a":1}']);
  });
});

describe("a text that a spreadsheet would run", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+49 431 1", "'+49 431 1"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", "'\r=1"],
    ["-", "'-"],
    ["-12.50", "-12.50"],
    ["-12", "-12"],
    ["a=1", "a=1"],
    ["", ""],
  ])("%j becomes %j", (text, cell) => {
    expect(tableOf(z.strictObject({ name: z.string() }), { name: text })).toEqual({ name: cell });
  });
});

test("a reader gets back every text, and none that would be run", async () => {
  const item = z.strictObject({ id: z.int(), name: z.string(), note: z.string().optional() });
  const text = fc.string({
    unit: fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", ",", '"', "1", "a", "ß"),
  });
  const items = fc.array(fc.record({ id: fc.integer(), name: text }));
  await fc.assert(
    fc.asyncProperty(fc.array(items, { minLength: 1 }), fc.boolean(), async (pages, bom) => {
      const chunks = csvText(columnsOf(z.toJSONSchema(item)), asPages(pages), bom ? { bom } : {});
      const written = (await collect(chunks)).join("");
      expect(written.startsWith("\uFEFF")).toBe(bom);
      const [header, ...rows]: string[][] = parse(written, { bom: true, record_delimiter: "\r\n" });
      expect(header).toEqual(["id", "name", "note"]);
      expect(rows.map(([id, name]) => [id, name?.replace(/^'/, "")])).toEqual(
        pages.flat().map(({ id, name }) => [String(id), name]),
      );
      for (const cell of rows.flat()) expect(cell).toMatch(/^(?![=+\-@\t\r\n])|^-\d+(\.\d+)?$/);
    }),
  );
});

async function* asPages<Page>(pages: readonly Page[]): AsyncGenerator<Page> {
  yield* pages;
}
