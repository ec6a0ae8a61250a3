import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entrySchema, entryText } from "../../../src/audit/entry.ts";
import { canonicalJson } from "../../../src/core/json.ts";

const text = fc.string({ unit: "binary" });
const values: Record<string, fc.Arbitrary<unknown>> = {
  v: fc.constant(1),
  kind: fc.constantFrom("call", "run"),
  decision: fc.constantFrom("allow", "deny", "none"),
  outcome: fc.constantFrom("done", "denied"),
  seq: fc.nat(),
  duration_us: fc.nat(),
  replay_of: fc.option(fc.nat(), { nil: undefined }),
  policies: fc.array(text),
  spent: fc.option(fc.array(fc.tuple(text, fc.nat(), fc.option(text))), { nil: undefined }),
  withheld: fc.option(fc.array(text), { nil: undefined }),
  erased: fc.option(fc.array(fc.tuple(fc.nat(), fc.nat())), { nil: undefined }),
  changed: fc.array(fc.tuple(text, text, fc.nat())),
};
const required = ["time", "principal", "verified_by", "server", "tool", "effect"];
const entry = fc
  .record(
    Object.fromEntries(
      Object.keys(entrySchema.shape).map((name) => [
        name,
        values[name] ?? (required.includes(name) ? text : fc.option(text, { nil: undefined })),
      ]),
    ),
  )
  .map((value) => entrySchema.parse(value));

describe("the text of an entry", () => {
  it("is its canonical JSON, whatever is in it", () => {
    fc.assert(
      fc.property(entry, (value) => {
        expect(entryText(value, value)).toBe(canonicalJson(value));
      }),
    );
  });
});
