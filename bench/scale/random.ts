import { randomFrom } from "../../test/drills/random.ts";

/** Reproducible numbers, so that every measurement is over the same business. */
export function createRandom(seed: string) {
  const next = randomFrom(seed);
  return {
    /** In [0, 1). */
    next,
    /** A whole number from `least` to `most`. */
    between: (least: number, most: number): number => least + Math.floor(next() * (most - least + 1)),
  };
}

export type Random = ReturnType<typeof createRandom>;
