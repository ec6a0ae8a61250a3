import { differencesOf } from "./differences.ts";
import type { MadeCall } from "./run-case.ts";
import type { ExpectedCall } from "./test-file.ts";

/** An expected call beside the one that was made for it; one of the two is absent where nothing stands across. */
export interface CallPair {
  expected?: ExpectedCall;
  /** The place of the expected call in its list. */
  index?: number;
  made?: MadeCall;
}

/**
 * Puts expected calls beside those that were made, so that one call too many or too few is told as just that. Calls
 * that fit come first, then calls of the same tool; in order, unless any order will do.
 */
export function alignCalls(
  expected: readonly ExpectedCall[],
  made: readonly MadeCall[],
  { anyOrder }: { anyOrder: boolean },
): CallPair[] {
  return anyOrder ? pairAnywhere(expected, made) : pairInOrder(expected, made);
}

/** Whether a call is as expected in all that is said of it. */
export function isAsExpected(expected: ExpectedCall, made: MadeCall): boolean {
  const { call, with: given = {}, exact, step, once } = expected;
  return (
    call === made.tool &&
    (step === undefined || step === made.step) &&
    (once === undefined || once === made.once) &&
    differencesOf(given, made.arguments, { exact }).length === 0
  );
}

function likeness(expected: ExpectedCall, made: MadeCall): number {
  if (expected.call !== made.tool) return 0;
  return isAsExpected(expected, made) ? 3 : 1;
}

/** The alignment of two sequences with the greatest likeness in all (Needleman and Wunsch, with no cost for gaps). */
function pairInOrder(expected: readonly ExpectedCall[], made: readonly MadeCall[]): CallPair[] {
  if (expected.length === made.length && expected.every((one, index) => fitsAt(one, made[index])))
    return expected.map((one, index) => pair(one, index, made[index]));
  const rest: number[][] = Array.from({ length: expected.length + 1 }, () =>
    new Array(made.length + 1).fill(0),
  );
  const at = (i: number, j: number) => rest[i]?.[j] ?? 0;
  const like = expected.map((one) => made.map((call) => likeness(one, call)));
  for (let i = expected.length - 1; i >= 0; i -= 1) {
    for (let j = made.length - 1; j >= 0; j -= 1) {
      const together = like[i]?.[j] ?? 0;
      const best = Math.max(at(i + 1, j), at(i, j + 1), together === 0 ? 0 : together + at(i + 1, j + 1));
      const row = rest[i];
      if (row) row[j] = best;
    }
  }
  const pairs: CallPair[] = [];
  let [i, j] = [0, 0];
  while (i < expected.length || j < made.length) {
    const [one, call] = [expected[i], made[j]];
    const together = like[i]?.[j] ?? 0;
    if (one && call && together > 0 && at(i, j) === together + at(i + 1, j + 1)) {
      pairs.push(pair(one, i, call));
      i += 1;
      j += 1;
    } else if (one && (!call || at(i, j) === at(i + 1, j))) {
      pairs.push(pair(one, i, undefined));
      i += 1;
    } else {
      if (call) pairs.push({ made: call });
      j += 1;
    }
  }
  return pairs;
}

function fitsAt(expected: ExpectedCall, made: MadeCall | undefined): boolean {
  return made !== undefined && isAsExpected(expected, made);
}

function pairAnywhere(expected: readonly ExpectedCall[], made: readonly MadeCall[]): CallPair[] {
  const left = new Set(made);
  const found = new Map<ExpectedCall, MadeCall>();
  for (const least of [3, 1]) {
    for (const one of expected) {
      if (found.has(one)) continue;
      const call = [...left].find((candidate) => likeness(one, candidate) >= least);
      if (call === undefined) continue;
      found.set(one, call);
      left.delete(call);
    }
  }
  return [
    ...expected.map((one, index) => pair(one, index, found.get(one))),
    ...[...left].map((call) => ({ made: call })),
  ];
}

function pair(expected: ExpectedCall, index: number, made: MadeCall | undefined): CallPair {
  return { expected, index, ...(made && { made }) };
}
