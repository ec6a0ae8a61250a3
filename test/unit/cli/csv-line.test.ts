import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it, test } from "vitest";
import { csvLine } from "../../../src/cli/csv-line.ts";

it.each<[what: string, fields: string[], line: string]>([
  ["plain fields", ["a", "1", ""], "a,1,"],
  ["a delimiter", ["a,b", "c"], '"a,b",c'],
  ["a quote", ['5" pipe', "c"], '"5"" pipe",c'],
  ["line ends", ["a\nb", "c\rd", "e\r\nf"], '"a\nb","c\rd","e\r\nf"'],
  ["one empty field, which is no empty line", [""], '""'],
])("writes %s", (_what, fields, line) => {
  expect(csvLine(fields)).toBe(line);
});

it("takes another delimiter", () => {
  expect(csvLine(["a,b", "c;d"], ";")).toBe('a,b;"c;d"');
});

test("a reader gets back what was written", () => {
  const field = fc.string({ unit: fc.constantFrom(",", ";", '"', "\r", "\n", " ", "a", "ä", "😀") });
  const records = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }));
  fc.assert(
    fc.property(records, fc.constantFrom(",", ";", "\t"), (written, delimiter) => {
      const text = written.map((fields) => `${csvLine(fields, delimiter)}\r\n`).join("");
      expect(parse(text, { delimiter, record_delimiter: "\r\n" })).toEqual(written);
    }),
  );
});
