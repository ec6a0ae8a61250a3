import { describe, expect, it } from "vitest";
import { parseByteSize } from "../../../src/core/byte-size.ts";

describe("a size in bytes", () => {
  it.each([
    ["50MB", 50_000_000],
    ["50 MB", 50_000_000],
    ["1kb", 1_000],
    ["2KiB", 2_048],
    ["1GiB", 2 ** 30],
  ])("%s is %i", (text, bytes) => expect(parseByteSize(text)).toBe(bytes));

  it.each(["", "50", "MB", "0MB", "-1MB", "1.5MB", "1TB", "99999999999GB"])("%j is none", (text) =>
    expect(parseByteSize(text)).toBeUndefined(),
  );
});
