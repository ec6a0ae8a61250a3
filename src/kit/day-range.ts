import { RingmainError } from "../core/errors.ts";

type Bound = readonly [name: string, day: string | undefined];

/** Refuses a range that ends before it begins: its empty answer would look like one. Throws INPUT_INVALID. */
export function requireDaysInOrder([from, first]: Bound, [to, last]: Bound): void {
  if (first === undefined || last === undefined || first <= last) return;
  throw new RingmainError("INPUT_INVALID", `${from} ${first} lies after ${to} ${last}.`, {
    hint: `Give the earlier day in ${from} and the later one in ${to}.`,
  });
}
