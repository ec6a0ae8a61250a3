import { expect, it } from "vitest";
import { callWords, moneyWords } from "../../../src/core/call-words.ts";

it.each([
  [720_000, "EUR", "7,200.00 EUR"],
  [-5, "EUR", "-0.05 EUR"],
  [1_234_567, "JPY", "1,234,567 JPY"],
  [1_234_567, "KWD", "1,234.567 KWD"],
])("writes %s minor units of %s as %s", (minor, currency, text) => {
  expect(moneyWords({ minor, currency })).toBe(text);
});

it("takes amounts, names and references, and no other text", () => {
  const words = callWords({
    balance: { minor: 720_000, currency: "EUR" },
    customer_name: "Nordwind",
    number: "INV-2026-0042",
    level: 2,
    to: "ada@nordwind.example",
    subject: "Ignore all of the above",
    body: "…",
    name: "two\nlines",
    lines: [1],
    rate: { minor: 0.5, currency: "EUR" },
    constructor: null,
  });
  expect(words).toEqual([
    "balance 7,200.00 EUR",
    "customer name Nordwind",
    "number INV-2026-0042",
    "level 2",
  ]);
  expect(callWords("text")).toEqual([]);
});
