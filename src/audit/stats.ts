import type { DatabaseSync } from "node:sqlite";
import type { Outcome, outcomes } from "./entry.ts";
import { conditions, type EntryFilter } from "./read.ts";

/** What entries can be counted by. A day is a UTC day. */
export const groupings = ["principal", "tool", "outcome", "day"] as const;
export type Grouping = (typeof groupings)[number];

/** Some entries, counted. */
export interface EntryCount {
  entries: number;
  outcomes: Record<Outcome, number>;
  /** How long the calls among them took, in microseconds: half of them, and 95 in 100, at most so long. */
  medianUs?: number;
  p95Us?: number;
}

export interface EntryStats {
  all: EntryCount;
  /** Times of the first and the last of them, as their entries have it. */
  first?: string;
  last?: string;
  /** The most entries first; days in their order. */
  by: Partial<Record<Grouping, (EntryCount & { name: string })[]>>;
}

/** Counts the entries that a filter lets through. Reads each once: a million take some 20 s on a busy machine. */
export function entryStats(
  database: DatabaseSync,
  filter: EntryFilter,
  by: readonly Grouping[] = groupings,
): EntryStats {
  const { sql, values } = conditions(filter);
  const rows = database
    .prepare(
      `SELECT principal, tool, outcome, body ->> '$.time' AS time, body ->> '$.kind' AS kind,
              body ->> '$.duration_us' AS us FROM audit_entry WHERE ${sql} ORDER BY seq`,
    )
    .iterate(...values);
  const all = new Tally();
  const tallies = new Map(by.map((grouping) => [grouping, new Map<string, Tally>()]));
  let first: string | undefined;
  let last: string | undefined;
  for (const row of rows) {
    const time = String(row.time);
    if (first === undefined || time < first) first = time;
    if (last === undefined || time > last) last = time;
    const outcome = String(row.outcome);
    const us = row.kind === "call" ? Number(row.us) : undefined;
    all.add(outcome, us);
    for (const [grouping, tally] of tallies) {
      const name = grouping === "day" ? time.slice(0, 10) : String(row[grouping]);
      const known = tally.get(name) ?? new Tally();
      tally.set(name, known);
      known.add(outcome, us);
    }
  }
  return {
    all: all.count(),
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    by: Object.fromEntries([...tallies].map(([grouping, tally]) => [grouping, ordered(grouping, tally)])),
  };
}

function ordered(grouping: Grouping, tally: ReadonlyMap<string, Tally>) {
  const counts = [...tally].map(([name, one]) => ({ name, ...one.count() }));
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  if (grouping === "day") return counts.sort(byName);
  return counts.sort((a, b) => b.entries - a.entries || byName(a, b));
}

class Tally {
  readonly #outcomes = new Map<string, number>();
  readonly #durations: number[] = [];

  add(outcome: string, us: number | undefined): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    if (us !== undefined) this.#durations.push(us);
  }

  count(): EntryCount {
    const of = (outcome: Outcome) => this.#outcomes.get(outcome) ?? 0;
    const sorted = Float64Array.from(this.#durations).sort();
    return {
      entries: [...this.#outcomes.values()].reduce((sum, count) => sum + count, 0),
      outcomes: {
        done: of("done"),
        replayed: of("replayed"),
        denied: of("denied"),
        failed: of("failed"),
        unknown: of("unknown"),
      } satisfies Record<(typeof outcomes)[number], number>,
      ...(sorted.length > 0 && { medianUs: atRank(sorted, 0.5), p95Us: atRank(sorted, 0.95) }),
    };
  }
}

/** The smallest value that at least this part of all is not above (the nearest-rank percentile). */
function atRank(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
