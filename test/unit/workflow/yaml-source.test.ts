import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document } from "yaml";
import { readYamlSource } from "../../../src/workflow/yaml-source.ts";

/** Where the letter X of the value at `v` is said to stand, against where it does. */
function placeOfX(text: string): { told: string; real: string } {
  const source = readYamlSource("f.yaml", text);
  const { value } = source;
  const member = typeof value === "object" && value !== null && !Array.isArray(value) ? value.v : undefined;
  const start = String(member).indexOf("X");
  const { line, column } = source.problemAt(["v"], { code: "c", message: "m" }, { start, end: start + 1 });
  const before = text.slice(0, text.indexOf("X")).split("\n");
  return { told: `${line}:${column}`, real: `${before.length}:${(before.at(-1) ?? "").length + 1}` };
}

describe("places inside a scalar", () => {
  it.each([
    ["plain", "v: abc X"],
    ["plain over two lines", "v: abc\n   def X"],
    ["double quotes", 'v: "abc X"'],
    ["escapes", 'v: "a\\"b\\u00e9\\n X"'],
    ["single quotes", "v: 'it''s X'"],
    ["folded", "v: >-\n  abc\n  def X"],
    ["folded with a blank line", "v: >-\n\n  abc\n\n  def X"],
    ["literal", "v: |\n  abc\n    def X\n"],
    ["flow", "{ v: abc X }"],
  ])("%s", (_name, text) => {
    const { told, real } = placeOfX(text);
    expect(told).toBe(real);
  });

  it("are right in whatever style YAML writes a text", () => {
    const words = fc.array(fc.constantFrom("a", "bb", "'", '"', "\\", ":", "#", "é", "${{", "}}"), {
      maxLength: 12,
    });
    const styles = fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_FOLDED", "BLOCK_LITERAL");
    fc.assert(
      fc.property(words, words, styles, (before, after, style) => {
        const value = [...before, "X", ...after].join(" ");
        const document = new Document({ v: value });
        const text = document.toString({ defaultStringType: style, lineWidth: 30 });
        const { told, real } = placeOfX(text);
        expect(told).toBe(real);
      }),
    );
  });
});

describe("a document", () => {
  it.each([
    ["an anchor's alias", "a: &x 1\nb: *x", "yaml-syntax", "2:4"],
    ["a map as a key", "a:\n  { b }: 1", "yaml-syntax", "2:3"],
    ["a number that cannot be exact", "a: 12345678901234567890", "yaml-syntax", "1:4"],
    ["infinity", "a: .inf", "yaml-syntax", "1:4"],
    ["two documents", "a: 1\n---\nb: 2", "yaml-syntax", "2:1"],
    ["an open quote", "a: 'x\nb: 1", "yaml-syntax", "2:5"],
  ])("refuses %s", (_name, text, code, place) => {
    const { value, problems } = readYamlSource("f.yaml", text);
    expect(value).toBeUndefined();
    expect(problems.map(({ code, line, column }) => [code, `${line}:${column}`])).toEqual([[code, place]]);
  });

  it("points at the nearest parent of what is not there", () => {
    const source = readYamlSource("f.yaml", "a:\n  b:\n    c: 1\n");
    const { line, column } = source.problemAt(["a", "b", "nothing", "below"], { code: "c", message: "m" });
    expect([line, column]).toEqual([2, 3]);
  });

  it("keeps a key called __proto__ a plain key", () => {
    const { value } = readYamlSource("f.yaml", "__proto__: { polluted: true }");
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
