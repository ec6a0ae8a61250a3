import { expect, test } from "vitest";
import { safeLine } from "../../../src/hub/safe-text.ts";
import { backoffDelay, defaultTimings } from "../../../src/hub/timings.ts";

test("the wait before a restart doubles, is jittered and has a cap", () => {
  const delays = (random: number) =>
    [1, 2, 3, 4, 10, 100].map((crashes) => backoffDelay(crashes, random, defaultTimings));
  expect(delays(1)).toEqual([100, 200, 400, 800, 5_000, 5_000]);
  expect(delays(0)).toEqual([50, 100, 200, 400, 2_500, 2_500]);
});

test.each([
  ["\u001b[31mred\u001b[0m", "red"],
  ["a\u0000b\u0007c\tend\r", "a b c end"],
  ["right\u202eleft", "right left"],
  ["x".repeat(300), `${"x".repeat(199)}…`],
])("text of a program is made safe to print: %j", (text, safe) => {
  expect(safeLine(text)).toBe(safe);
});
