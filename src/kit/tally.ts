import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { entrySchema } from "../audit/entry.ts";
import { ofRun } from "../audit/search-columns.ts";

/** What calls that succeeded come to. */
export interface Count {
  calls: number;
  /** Those of them whose effect is not `read`. */
  writes: number;
  /** What their entries say was spent, by `spentKey`. */
  spent: Map<string, number>;
}

export interface Tally {
  /** The calls that a principal made on the UTC day of `now`. */
  ofDay(principal: string, now: Date): Count;
  /** When a principal made its calls of the 60 seconds up to `now`: milliseconds since the epoch, oldest first. */
  ofMinute(principal: string, now: Date): readonly number[];
  /** The calls that a run made. */
  ofRun(run: string): Count;
  /** Forgets everything; to be called when a transaction was rolled back, whose entries may have been counted. */
  forget(): void;
}

/** What is summed up together: one amount of one tool in one currency. */
export function spentKey(tool: string, path: string, currency: string | null): string {
  return `${tool} ${path} ${currency ?? ""}`;
}

const mostRuns = 1000;
export const minuteMs = 60_000;

/**
 * Counts the entries of calls that succeeded, by day and principal and by run. Each entry is read once, so that
 * counting costs little and no call pays for an index over principals. A day begins after the last entry of an earlier
 * one. Counts what the connection sees, the entries of its open transaction included.
 */
export function createTally(database: DatabaseSync): Tally {
  const counts = "outcome = 'done' AND body ->> '$.kind' = 'call' AS counts";
  const effects = `SELECT seq, principal, tool, body ->> '$.run' AS run, body ->> '$.effect' AS effect,
    body ->> '$.spent' AS spent, ${counts} FROM audit_entry`;
  const entriesAfter = database.prepare(`${effects} WHERE seq > ? ORDER BY seq`);
  const entriesOfRun = database.prepare(`${effects} WHERE ${ofRun.sql}`);
  const timesAfter = database.prepare(
    `SELECT seq, principal, body ->> '$.time' AS time, ${counts} FROM audit_entry WHERE seq > ? ORDER BY seq`,
  );
  const lastEntry = database.prepare("SELECT max(seq) AS seq FROM audit_entry");
  const lastBefore = database.prepare(
    "SELECT seq FROM audit_entry WHERE body ->> '$.time' < ? ORDER BY seq DESC LIMIT 1",
  );
  const principals = new Map<string, Count>();
  const minutes = new Map<string, number[]>();
  const runs = new Map<string, Count>();
  let day = "";
  let readForDay = 0;
  let readForMinutes = 0;
  let readForRuns = 0;

  function timesSince(start: Date, principal: string): number[] {
    const times: number[] = [];
    const before = Number(lastBefore.get(start.toISOString())?.seq ?? 0);
    for (const row of timesAfter.iterate(before)) if (row.principal === principal) addTime(times, row);
    return times;
  }

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
        const count = principals.get(name) ?? noCalls();
        principals.set(name, count);
        add(count, row);
        readForDay = Number(row.seq);
      }
      return principals.get(principal) ?? noCalls();
    },
    ofMinute(principal, now) {
      const start = now.getTime() - minuteMs;
      if (minutes.size === 0) readForMinutes = Number(lastEntry.get()?.seq ?? 0);
      for (const row of timesAfter.iterate(readForMinutes)) {
        const times = minutes.get(String(row.principal));
        if (times !== undefined) addTime(times, row);
        readForMinutes = Number(row.seq);
      }
      const times = minutes.get(principal) ?? timesSince(new Date(start), principal);
      const over = times.findIndex((time) => time > start);
      times.splice(0, over === -1 ? times.length : over);
      minutes.set(principal, times);
      return times;
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
      const count = noCalls();
      for (const row of entriesOfRun.iterate(...ofRun.values(run))) add(count, row);
      runs.set(run, count);
      return count;
    },
    forget() {
      day = "";
      minutes.clear();
      runs.clear();
    },
  };
}

function noCalls(): Count {
  return { calls: 0, writes: 0, spent: new Map() };
}

function addTime(times: number[], row: Record<string, SQLOutputValue>): void {
  if (row.counts === 1) times.push(Date.parse(String(row.time)));
}

function add(count: Count, row: Record<string, SQLOutputValue>): void {
  if (row.counts !== 1) return;
  count.calls += 1;
  if (row.effect !== "read") count.writes += 1;
  if (typeof row.spent !== "string") return;
  for (const [path, minor, currency] of entrySchema.shape.spent.parse(JSON.parse(row.spent)) ?? []) {
    const key = spentKey(String(row.tool), path, currency);
    count.spent.set(key, (count.spent.get(key) ?? 0) + minor);
  }
}
