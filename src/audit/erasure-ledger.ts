import type { Entry } from "./entry.ts";
import { type EntryRange, rangeName, withoutRanges } from "./entry-ranges.ts";

/**
 * Holds the payloads that are not there against the erasures that the trail tells of. Whoever deletes a payload by hand
 * leaves no erasure; and what was erased cannot come back.
 */
export function createErasureLedger() {
  const missing: EntryRange[] = [];
  const accounted: EntryRange[] = [];
  let entries = 0;
  return {
    /** Takes the number of an entry without a payload, in ascending order. */
    missing(seq: number): void {
      const last = missing.at(-1);
      if (last !== undefined && seq === last[1] + 1) last[1] = seq;
      else missing.push([seq, seq]);
    },
    /** Takes every entry. */
    account({ seq, kind, outcome, erased }: Pick<Entry, "seq" | "kind" | "outcome" | "erased">): void {
      entries = seq;
      if (kind === "erasure" && outcome === "done" && erased !== undefined) accounted.push(...erased);
    },
    *faults(): Generator<{ seq: number; message: string }> {
      for (const range of withoutRanges(missing, accounted))
        yield {
          seq: range[0],
          message: `the payload of ${rangeName(range)} is gone, and no erasure accounts for it`,
        };
      const there = accounted.filter(([first]) => first <= entries);
      for (const range of withoutRanges(there, missing))
        yield {
          seq: range[0],
          message: `the payload of ${rangeName(range)} is there, although it was erased`,
        };
    },
  };
}
