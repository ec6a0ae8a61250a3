import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineReader } from "../../../src/hub/line-reader.ts";

/** Feeds a text to a reader in chunks cut at the given places, and returns what came out. */
function read(text: string, cuts: readonly number[], maxBytes: number) {
  const lines: string[] = [];
  const dropped: { head: string; tail: string; bytes: number }[] = [];
  const reader = createLineReader({
    maxBytes,
    onLine: (line) => lines.push(line),
    onDropped: (line) => dropped.push(line),
  });
  const bytes = Buffer.from(text);
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [index, place] of places.slice(0, -1).entries()) {
    reader.push(bytes.subarray(place, places[index + 1]));
  }
  return { lines, dropped };
}

test("lines come out whole, wherever the chunks are cut", () => {
  const line = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
      const text = lines.map((each) => `${each}\n`).join("");
      const expected = lines.map((each) => Buffer.from(each).toString());
      expect(read(text, cuts, 1_000_000)).toEqual({ lines: expected, dropped: [] });
    }),
  );
});

test("a line over the limit is dropped alone, and its ends are told", () => {
  const line = fc.string({ unit: "grapheme-ascii", maxLength: 40 }).filter((text) => !text.includes("\n"));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
      const text = lines.map((each) => `${each}\n`).join("");
      const { lines: kept, dropped } = read(text, cuts, 20);
      expect(kept).toEqual(lines.filter((each) => each.length <= 20));
      const long = lines.filter((each) => each.length > 20);
      expect(dropped).toEqual(
        long.map((each) => ({ head: expect.any(String), tail: each, bytes: each.length })),
      );
      for (const [index, { head }] of dropped.entries()) expect(long[index]?.startsWith(head)).toBe(true);
    }),
  );
});

test("the ends of a dropped line are short, however long it is", () => {
  const text = `{"id":7,${"x".repeat(5_000)},"id":7}\n`;
  const { dropped } = read(text, [1_000, 2_000, 4_990], 600);
  expect(dropped[0]?.head.slice(0, 8)).toBe('{"id":7,');
  expect(dropped[0]?.tail.slice(-8)).toBe(',"id":7}');
  expect([dropped[0]?.head.length, dropped[0]?.tail.length]).toEqual([256, 256]);
});
