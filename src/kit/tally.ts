import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { ofRun } from "../audit/search-columns.ts";

/** How many calls succeeded. */
export interface Count {
  calls: number;
  /** Those of them whose effect is not `read`. */
  writes: number;
}

export interface Tally {
  /** The calls that a principal made on the UTC day of `now`. */
  ofDay(principal: string, now: Date): Count;
  /** The calls that a run made. */
  ofRun(run: string): Count;
  /** Forgets everything; to be called when a transaction was rolled back, whose entries may have been counted. */
  forget(): void;
}

const mostRuns = 1000;

/**
 * Counts the entries of calls that succeeded, by day and principal and by run. Each entry is read once, so that
 * counting costs little and no call pays for an index over principals. A day begins after the last entry of an earlier
 * one. Counts what the connection sees, the entries of its open transaction included.
 */
export function createTally(database: DatabaseSync): Tally {
  const effects = `SELECT seq, principal, body ->> '$.run' AS run, body ->> '$.effect' AS effect,
    outcome = 'done' AND body ->> '$.kind' = 'call' AS counts FROM audit_entry`;
  const entriesAfter = database.prepare(`${effects} WHERE seq > ? ORDER BY seq`);
  const entriesOfRun = database.prepare(`${effects} WHERE ${ofRun.sql}`);
  const lastEntry = database.prepare("SELECT max(seq) AS seq FROM audit_entry");
  const lastBefore = database.prepare(
    "SELECT seq FROM audit_entry WHERE body ->> '$.time' < ? ORDER BY seq DESC LIMIT 1",
  );
  const principals = new Map<string, Count>();
  const runs = new Map<string, Count>();
  let day = "";
  let readForDay = 0;
  let readForRuns = 0;

  return {
    ofDay(principal, now) {
      const today = now.toISOString().slice(0, 10);
      if (today !== day) {
        principals.clear();
        readForDay = Number(lastBefore.get(`${today}T`)?.seq ?? 0);
        day = today;
      }
      for (const row of entriesAfter.iterate(readForDay)) {
        const name = String(row.principal);
        const count = principals.get(name) ?? { calls: 0, writes: 0 };
        principals.set(name, count);
        add(count, row);
        readForDay = Number(row.seq);
      }
      return principals.get(principal) ?? { calls: 0, writes: 0 };
    },
    ofRun(run) {
      if (runs.size >= mostRuns) runs.clear();
      if (runs.size === 0) readForRuns = Number(lastEntry.get()?.seq ?? 0);
      for (const row of entriesAfter.iterate(readForRuns)) {
        const count = runs.get(String(row.run));
        if (count !== undefined) add(count, row);
        readForRuns = Number(row.seq);
      }
      const known = runs.get(run);
      if (known !== undefined) return known;
      const count = { calls: 0, writes: 0 };
      for (const row of entriesOfRun.iterate(...ofRun.values(run))) add(count, row);
      runs.set(run, count);
      return count;
    },
    forget() {
      day = "";
      runs.clear();
    },
  };
}

function add(count: Count, row: Record<string, SQLOutputValue>): void {
  if (row.counts !== 1) return;
  count.calls += 1;
  if (row.effect !== "read") count.writes += 1;
}
