import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, isRecord } from "../../../src/core/json.ts";

/** The same value with the keys of its objects in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [key, reversed(member)]);
  return Object.fromEntries(members.reverse());
}

const anyKey = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "10", "9", "01", "", "é", "e"),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.maxSafeInteger(),
    fc.constantFrom(null, true, false),
    fc.array(tie("json"), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(anyKey, tie("json")), { maxLength: 5, selector: ([key]) => key })
      .map(Object.fromEntries),
  ),
}));

describe("canonical JSON", () => {
  it("reads back as the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
      }),
    );
  });

  it("is the same text whatever the order of keys", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("has every object's keys in code-unit order", () => {
    const keysOf = (text: string) => [...text.matchAll(/"([^"]*)":/g)].map(([, key]) => key);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("b", "a", "10", "9", "Z", "é", "~", "_"), fc.integer()),
        (value) => {
          const keys = keysOf(canonicalJson(value));
          expect(keys).toEqual([...keys].sort());
        },
      ),
    );
  });

  it.each([
    [{ b: 1, a: undefined }, '{"b":1}'],
    [{ "10": 1, "9": 2, a: undefined }, '{"10":1,"9":2}'],
    [[undefined, Number.NaN], "[null,null]"],
    [undefined, "null"],
    [-0, "0"],
    ["\u2028\ud800", '"\u2028\\ud800"'],
  ])("of %j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});
