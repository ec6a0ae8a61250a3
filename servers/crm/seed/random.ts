/** A small seeded generator (mulberry32), so that the sample data is the same wherever it is made. */
export function seededRandom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  /** A whole number from `min` to `max`, both included. */
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    /** One of the items. */
    pick<Item>(items: readonly [Item, ...Item[]]): Item {
      return items[integer(0, items.length - 1)] ?? items[0];
    },
  };
}

export type SeededRandom = ReturnType<typeof seededRandom>;
