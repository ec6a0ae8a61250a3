/** Entries by number, from the first to the last of them, both included. */
export type EntryRange = [first: number, last: number];

/** Numbers in ascending order as ranges. */
export function toRanges(numbers: Iterable<number>): EntryRange[] {
  const ranges: EntryRange[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** How many numbers there are in ranges that do not overlap. */
export function countRanges(ranges: readonly EntryRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The numbers in `ranges` that are not in `others`. */
export function withoutRanges(ranges: readonly EntryRange[], others: readonly EntryRange[]): EntryRange[] {
  const taken = merge(others);
  const left: EntryRange[] = [];
  let next = 0;
  for (const [first, last] of merge(ranges)) {
    let from = first;
    while (next < taken.length && (taken[next]?.[1] ?? 0) < first) next += 1;
    for (let at = next; from <= last; at += 1) {
      const other = taken[at];
      if (other === undefined || other[0] > last) {
        left.push([from, last]);
        break;
      }
      if (other[0] > from) left.push([from, other[0] - 1]);
      from = other[1] + 1;
    }
  }
  return left;
}

/** The same numbers, in order and without overlaps. */
function merge(ranges: readonly EntryRange[]): EntryRange[] {
  const merged: EntryRange[] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** `entry 5`, `entries 5 to 9`. */
export function rangeName([first, last]: EntryRange): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}
