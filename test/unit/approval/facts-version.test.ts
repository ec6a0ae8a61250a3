import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChangedRow, factsVersion } from "../../../src/approval/facts-version.ts";

const facts = { balance: { minor: 1, currency: "EUR" }, level: 2 };
const row = fc.tuple(
  fc.constantFrom("a", "b"),
  fc.constantFrom("x", "y", "z"),
  fc.integer({ min: 1, max: 5 }),
);

describe("the version of the facts", () => {
  it("is the same whatever is made anew, and in whatever order rows are named", () => {
    fc.assert(
      fc.property(fc.array(row), fc.array(fc.uuid()), (rows, ids) => {
        const made = ids.map((id): ChangedRow => ["a", id, 1]);
        const version = factsVersion(facts, rows);
        expect(factsVersion({ level: 2, balance: facts.balance }, [...made, ...[...rows].reverse()])).toBe(
          version,
        );
      }),
    );
  });

  it("is another when a fact or the version of a record is another", () => {
    const rows: ChangedRow[] = [["a", "x", 3]];
    const version = factsVersion(facts, rows);
    expect(factsVersion({ ...facts, level: 3 }, rows)).not.toBe(version);
    expect(factsVersion(facts, [["a", "x", 4]])).not.toBe(version);
    expect(factsVersion(facts, [["a", "y", 3]])).not.toBe(version);
    expect(factsVersion(facts, [...rows, ["b", "x", 2]])).not.toBe(version);
  });

  it("counts from the version before the first of several changes to a record", () => {
    expect(
      factsVersion(facts, [
        ["a", "x", 3],
        ["a", "x", 4],
      ]),
    ).toBe(factsVersion(facts, [["a", "x", 3]]));
  });
});
