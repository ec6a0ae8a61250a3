import fc from "fast-check";
import { expect, it } from "vitest";
import { lineDifference } from "../../../src/connect/line-difference.ts";

const all = Number.POSITIVE_INFINITY;
const text = fc
  .array(fc.constantFrom("a", "b", "c", "{", "}"), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join("\n"));

it("leads from the one text to the other", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const lines = lineDifference(before, after, all);
      const side = (mark: "-" | "+") =>
        lines
          .filter((line) => line.mark === " " || line.mark === mark)
          .map((line) => line.text)
          .join("\n");
      expect(side("-")).toBe(before);
      expect(side("+")).toBe(after);
    }),
  );
});

it("marks nothing in equal texts, and shows nothing of them", () => {
  fc.assert(
    fc.property(text, (same) => {
      expect(lineDifference(same, same)).toEqual([]);
    }),
  );
});

it("shows the lines near a change only", () => {
  const before = ["1", "2", "3", "4", "5", "6", "7"].join("\n");
  expect(lineDifference(before, before.replace("4", "x"), 1)).toEqual([
    { mark: " ", text: "3" },
    { mark: "-", text: "4" },
    { mark: "+", text: "x" },
    { mark: " ", text: "5" },
  ]);
});
