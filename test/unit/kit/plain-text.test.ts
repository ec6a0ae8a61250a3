import { expect, test } from "vitest";
import { tradeLine } from "../../../src/kit/fields.ts";
import { isOneLine, isPlainText } from "../../../src/kit/plain-text.ts";

test.each([
  ["Bow fender, 30 % — 'Größe' \u{1f40b}", true, true],
  ["two\nlines,\r\n\ta tab", false, true],
  ["a NUL\0", false, false],
  ["half a pair \ud83d", false, false],
  ["an escape \u001b[31m", false, false],
  ["next line \u0085", false, false],
])("%j", (text, oneLine, plain) => {
  expect([isOneLine(text), isPlainText(text)]).toEqual([oneLine, plain]);
});

test("a line of a sale is text that every server takes and gives back", () => {
  const line = {
    sku: "FEND-L",
    description: "Fender\nblue",
    quantity: 1,
    unit_price: { minor: 1, currency: "EUR" },
  };
  expect(tradeLine.safeParse(line).success).toBe(true);
  for (const wrong of [
    { sku: "FEND\nL" },
    { sku: "FEND-L\0" },
    { description: "Fender\0" },
    { description: "\ud800" },
  ])
    expect(tradeLine.safeParse({ ...line, ...wrong }).success).toBe(false);
});
