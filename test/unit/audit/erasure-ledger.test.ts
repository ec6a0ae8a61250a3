import fc from "fast-check";
import { expect, it } from "vitest";
import { countRanges, type EntryRange, toRanges, withoutRanges } from "../../../src/audit/entry-ranges.ts";
import { createErasureLedger } from "../../../src/audit/erasure-ledger.ts";

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.sort((a, b) => a - b));
const listed = (ranges: readonly EntryRange[]) =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));

it("ranges hold the same numbers", () => {
  fc.assert(
    fc.property(
      numbers,
      numbers,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(9))),
      (some, others, more) => {
        expect(listed(toRanges(some))).toEqual(some);
        expect(countRanges(toRanges(some))).toBe(some.length);
        // in any order, and overlapping
        const taken: EntryRange[] = [
          ...toRanges(others),
          ...more.map(([at, length]): EntryRange => [at, at + length]),
        ];
        const gone = new Set(listed(taken));
        expect(listed(withoutRanges(toRanges(some), taken))).toEqual(
          some.filter((number) => !gone.has(number)),
        );
      },
    ),
  );
});

it("a payload is gone by an erasure that was done, and by nothing else", () => {
  const entry = { seq: 9, kind: "erasure", outcome: "done" } as const;
  const faults = (...accounts: Parameters<ReturnType<typeof createErasureLedger>["account"]>[0][]) => {
    const ledger = createErasureLedger();
    for (const seq of [3, 4, 7]) ledger.missing(seq);
    for (const account of accounts) ledger.account(account);
    return [...ledger.faults()];
  };
  expect(
    faults({
      ...entry,
      erased: [
        [3, 4],
        [7, 7],
      ],
    }),
  ).toEqual([]);
  expect(faults({ ...entry, erased: [[7, 7]] }, { ...entry, seq: 10, erased: [[3, 4]] })).toEqual([]);
  expect(faults({ ...entry, erased: [[3, 4]] })).toEqual([
    { seq: 7, message: "the payload of entry 7 is gone, and no erasure accounts for it" },
  ]);
  expect(faults({ ...entry, outcome: "denied", erased: [[3, 9]] })).toHaveLength(2);
  expect(faults({ ...entry, kind: "call", erased: [[3, 7]] })).toHaveLength(2);
  expect(
    faults({
      ...entry,
      erased: [
        [3, 5],
        [7, 7],
      ],
    }),
  ).toEqual([{ seq: 5, message: "the payload of entry 5 is there, although it was erased" }]);
});
