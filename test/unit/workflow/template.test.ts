import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/json.ts";
import { fromCel, toCel } from "../../../src/workflow/cel.ts";
import { evaluateCondition, evaluateTemplate, splitTemplate } from "../../../src/workflow/template.ts";

const now = "2026-11-28T23:30:00.000Z";
const variables = {
  now,
  inputs: toCel({ days: 14, rate: 2, ratio: 1.5, name: " Ann ", empty: "  ", none: null }),
  steps: toCel({
    deal: {
      lines: [
        { sku: "B", quantity: 2, price: { minor: 1050, currency: "EUR" } },
        { sku: "A", quantity: 1, price: { minor: 995, currency: "EUR" } },
        { sku: "B", quantity: 5, price: { minor: 1, currency: "EUR" } },
      ],
    },
  }),
};

/** An expression, and the JSON that it comes to. */
const expressions: [string, Json][] = [
  ["inputs.days", 14],
  ["inputs.days / 4", 3],
  ["inputs.ratio * inputs.rate", 3],
  ["inputs.days - 0.5", 13.5],
  ["double(inputs.days) / 4.0", 3.5],
  ["inputs.none == null", true],
  ['date(now, "Europe/Paris")', "2026-11-29"],
  ['date(now, "America/New_York")', "2026-11-28"],
  ['date(now, "Europe/Paris") + days(inputs.days)', "2026-12-13"],
  ['date("2028-03-01") - days(1)', "2028-02-29"],
  ['date(" 2026-01-02 ")', "2026-01-02"],
  ['days_between(date("2026-01-01"), date("2027-01-01"))', 365],
  ['iso_week(now, "Europe/Paris")', "2026-W48"],
  ['iso_week(date("2027-01-01"))', "2026-W53"],
  ['money("12.5", "EUR")', { minor: 1250, currency: "EUR" }],
  ['money("12", "JPY")', { minor: 12, currency: "JPY" }],
  ['money("-0.005", "EUR", "half_up")', { minor: -1, currency: "EUR" }],
  ['money("0.005", "EUR", "half_even")', { minor: 0, currency: "EUR" }],
  ['format_money(money("1234567.5", "EUR"))', "EUR 1,234,567.50"],
  ['format_money(money("-3", "JPY"))', "JPY -3"],
  ['format_money(money("1.234", "BHD"))', "BHD 1.234"],
  ['sum_money(steps.deal.lines.map(l, l.price), "EUR").minor', 2046],
  ['decimal_multiply("0.1", "3")', "0.3"],
  ['decimal_add("0.1", "0.2")', "0.3"],
  ['decimal_subtract("1", "0.05")', "0.95"],
  ['decimal_round("2.345", 2, "half_up")', "2.35"],
  ['decimal_round("2.345", 2, "half_even")', "2.34"],
  ["sum(steps.deal.lines.map(l, l.quantity))", 8],
  ["sum([])", 0],
  [
    'group_by(steps.deal.lines, "sku").map(g, {"key": g.key, "n": size(g.items)})',
    [
      { key: "B", n: 2 },
      { key: "A", n: 1 },
    ],
  ],
  ['sort_by(steps.deal.lines, "quantity").map(l, l.quantity)', [1, 2, 5]],
  ["distinct(steps.deal.lines.map(l, l.sku))", ["B", "A"]],
  ["range(3)", [0, 1, 2]],
  ["inputs.name.trim().upper()", "ANN"],
  ['"a-b-c".replace("-", "$&")', "a$&b$&c"],
  ['int("42") + 1', 43],
  ["string(42)", "42"],
  ["size(inputs.name)", 5],
  ["has(inputs.days) && !has(inputs.nothing)", true],
  ['inputs.?nothing.orValue("x")', "x"],
  ['{"a": 1, "b": ["x", null]}', { a: 1, b: ["x", null] }],
];

describe("expressions", () => {
  it.each(expressions)("%s", (expression, expected) => {
    expect(evaluateTemplate(`\${{ ${expression} }}`, variables)).toEqual(expected);
  });

  it.each([
    ['money("1.005", "EUR")', /more than 2 decimal places/],
    ['money("1,000", "EUR")', /not a decimal number/],
    ['money("1", "XXXX")', /ISO 4217/],
    ['date("28.11.2026")', /not a date/],
    ['sum_money(steps.deal.lines.map(l, l.price), "USD")', /cannot be added/],
    ["9007199254740993", /too large/],
    ["1 / 0", /division by zero/],
    ["steps.deal.nothing", /No such key/],
    ["days(1)", /added to a date/],
    ["inputs.?nothing", /no value/],
  ])("%s fails", (expression, words) => {
    expect(() => evaluateTemplate(`\${{ ${expression} }}`, variables)).toThrow(
      expect.objectContaining({ code: "STEP_FAILED", message: expect.stringMatching(words) }),
    );
  });
});

describe("templates", () => {
  it("keeps the type of a whole value and writes an embedded one as text", () => {
    const template = {
      whole: "${{ inputs.days }}",
      spaced: " ${{ inputs.days }}\n",
      text: "in ${{ inputs.days }} days",
    };
    expect(evaluateTemplate(template, variables)).toEqual({ whole: 14, spaced: 14, text: "in 14 days" });
  });

  it("leaves out a member that comes to none", () => {
    const template = { a: "${{ non_empty(inputs.empty) }}", b: "${{ non_empty(inputs.name) }}" };
    expect(evaluateTemplate(template, variables)).toEqual({ b: "Ann" });
  });

  it("refuses a list, an object or null inside a text", () => {
    for (const expression of ["steps.deal.lines", "steps.deal", "inputs.none"]) {
      expect(() => evaluateTemplate(`x \${{ ${expression} }}`, variables)).toThrow(/inside a text/);
    }
  });

  it("finds the end of an expression past braces and quotes", () => {
    expect(splitTemplate(`a \${{ {"x": {"y": "}}"}} }} b`)).toEqual([
      { kind: "text", text: "a " },
      { kind: "expression", expression: '{"x": {"y": "}}"}}', offset: 6 },
      { kind: "text", text: " b" },
    ]);
  });

  it("reads a condition with and without braces", () => {
    expect(evaluateCondition("inputs.days > 7", variables)).toBe(true);
    expect(evaluateCondition("${{ inputs.days > 70 }}", variables)).toBe(false);
    expect(() => evaluateCondition("inputs.days", variables)).toThrow(/not true or false/);
  });
});

/** JSON values that survive JSON itself: no -0. */
const json = fc.jsonValue({ maxDepth: 4 }).map((value): Json => JSON.parse(JSON.stringify(value)));

describe("round trips", () => {
  it("brings any JSON value into CEL and back", () => {
    fc.assert(fc.property(json, (value) => void expect(fromCel(toCel(value))).toEqual(value)));
  });

  it("passes any JSON value through an expression unchanged", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(evaluateTemplate({ v: ["${{ x }}"] }, { x: toCel(value) })).toEqual({ v: [value] });
      }),
    );
  });

  it("passes any JSON value without expressions through unchanged", () => {
    const plain = json.filter((value) => !JSON.stringify(value).includes("${{"));
    fc.assert(fc.property(plain, (value) => void expect(evaluateTemplate(value, {})).toEqual(value)));
  });

  it("reads any JSON value that is written as a CEL literal", () => {
    // CEL's own literals drop these keys, to keep them from JavaScript's prototypes.
    const safe = json.filter((value) => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(safe, (value) => {
        expect(evaluateTemplate(`\${{ ${celLiteral(value)} }}`, {})).toEqual(value);
      }),
    );
  });
});

function celLiteral(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(celLiteral).join(", ")}]`;
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : celFraction(value);
  if (typeof value === "string") return celText(value);
  if (value === null || typeof value === "boolean") return String(value);
  return `{${Object.entries(value).map(([key, member]) => `${celText(key)}: ${celLiteral(member)}`)}}`;
}

function celFraction(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function celText(text: string): string {
  const units = text.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${/^[ -!#-[\]-~]*$/.test(text) ? text : units.join("")}"`;
}

it("text that a record holds is never an expression", () => {
  const hostile = "$" + "{{ inputs.days }} $" + "{{ steps.deal }} $" + "{process.env.HOME}";
  const told = { ...variables, steps: toCel({ deal: { note: hostile } }) };
  for (const template of ["$" + "{{ steps.deal.note }}", "Note: $" + "{{ steps.deal.note }}"])
    expect(evaluateTemplate(template, told)).toBe(template.replace(/\$\{\{.*\}\}/, () => hostile));
});
