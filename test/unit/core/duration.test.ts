import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../../src/core/duration.ts";

describe("durations", () => {
  it.each([
    ["350ms", 350],
    ["30s", 30_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["1w", 604_800_000],
    ["0s", 0],
  ])("%s are %i ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "5", "s", "-5s", "1.5h", "5 s", "5S", "5y", "1h30", " 5s", `${"9".repeat(30)}d`])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [0, "0 ms"],
    [350.4, "350 ms"],
    [999.6, "1.0 s"],
    [2_400, "2.4 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min"],
    [60_000, "1 min"],
    [119_600, "2 min"],
    [200_000, "3 min 20 s"],
  ])("%d ms read as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
