import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Replay } from "../core/call-meta.ts";
import { RingmainError } from "../core/errors.ts";
import { type Entry, entrySchema, type Outcome } from "./entry.ts";
import { ofRun } from "./search-columns.ts";

/** Which entries a reader wants. All conditions hold together. */
export interface EntryFilter {
  principal?: string | undefined;
  /** `server.tool`, or a server's name. */
  tool?: string | undefined;
  run?: string | undefined;
  outcome?: Outcome | undefined;
  /** RFC 3339, in any zone; inclusive. */
  since?: string | undefined;
  /** RFC 3339, in any zone; exclusive. */
  until?: string | undefined;
  /** Only entries after this sequence number. */
  after?: number | undefined;
}

function conditions(filter: EntryFilter): { sql: string; values: SQLInputValue[] } {
  const named = filter.tool?.includes(".") ? "tool = ?" : "body ->> '$.server' = ?";
  const terms: [string, SQLInputValue | undefined][] = [
    ["principal = ?", filter.principal],
    [named, filter.tool],
    ["outcome = ?", filter.outcome],
    ["body ->> '$.time' >= ?", instant(filter.since)],
    ["body ->> '$.time' < ?", instant(filter.until)],
    ["seq > ?", filter.after],
  ];
  const given = terms.filter((term): term is [string, SQLInputValue] => term[1] !== undefined);
  const sql = given.map(([sql]) => sql);
  const values = given.map(([, value]) => value);
  if (filter.run !== undefined) {
    sql.push(ofRun.sql);
    values.push(...ofRun.values(filter.run));
  }
  return { sql: sql.join(" AND ") || "1", values };
}

/** An instant as entries write it, so that texts compare as times. Throws INPUT_INVALID for what is none. */
function instant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new RingmainError("INPUT_INVALID", `"${text}" is not an instant.`, {
    hint: "Write it like 2026-11-23T08:00:00Z.",
  });
}

/** The newest entries that a filter lets through, oldest first. */
export function lastEntries(database: DatabaseSync, filter: EntryFilter, limit: number): Entry[] {
  const { sql, values } = conditions(filter);
  const rows = database
    .prepare(`SELECT body FROM audit_entry WHERE ${sql} ORDER BY seq DESC LIMIT ?`)
    .all(...values, limit);
  return rows.map((row) => parseEntry(row.body)).reverse();
}

/** All entries that a filter lets through, oldest first, as the exact lines over which the tree is built. */
export function* entryLines(database: DatabaseSync, filter: EntryFilter = {}): Generator<string> {
  const { sql, values } = conditions(filter);
  for (const row of database
    .prepare(`SELECT body FROM audit_entry WHERE ${sql} ORDER BY seq`)
    .iterate(...values)) {
    yield String(row.body);
  }
}

export function parseEntry(body: unknown): Entry {
  return entrySchema.parse(JSON.parse(String(body)));
}

/** How many entries there are, by outcome. */
export function countOutcomes(database: DatabaseSync): Partial<Record<string, number>> {
  const rows = database.prepare("SELECT outcome, count(*) AS n FROM audit_entry GROUP BY outcome").all();
  return Object.fromEntries(rows.map((row) => [String(row.outcome), Number(row.n)]));
}

/** One completed call of a run, as its journal. */
export interface CompletedCall {
  entry: number;
  step: string;
  /** Canonical JSON of the result; absent when the call failed, or when the payload was erased. */
  result?: string;
  error?: { code: string; message: string };
  /** The grant and the policies that decided it. */
  policies: string[];
  replayed?: Replay;
}

/**
 * The calls that a run has behind it, in order: those that succeeded, and those that were refused or failed.
 * A replayed call leads to the result of the entry that did the work.
 */
export function completedCalls(database: DatabaseSync, run: string): CompletedCall[] {
  const rows = database
    .prepare(
      `SELECT e.body, p.result, o.run AS replayed_run
       FROM (SELECT seq, body FROM audit_entry WHERE ${ofRun.sql}) e
       LEFT JOIN audit_entry o ON o.seq = e.body ->> '$.replay_of'
       LEFT JOIN audit_payload p ON p.seq = coalesce(o.seq, e.seq)
       WHERE e.body ->> '$.kind' = 'call' ORDER BY e.seq`,
    )
    .all(...ofRun.values(run));
  const calls: CompletedCall[] = [];
  for (const row of rows) {
    const { seq, step, error, reason = "", replay_of, policies } = parseEntry(row.body);
    if (step === undefined) continue;
    const call: CompletedCall = { entry: seq, step, policies };
    if (error !== undefined) call.error = { code: error, message: reason };
    else if (row.result !== null) call.result = String(row.result);
    if (replay_of !== undefined) {
      call.replayed = {
        entry: replay_of,
        ...(row.replayed_run !== null && { run: String(row.replayed_run) }),
      };
    }
    calls.push(call);
  }
  return calls;
}

/** The entry that recorded a business key as done for a tool (`server.tool`), and its run. */
export function findOnce(database: DatabaseSync, tool: string, once: string): Replay | undefined {
  const row = database
    .prepare("SELECT seq, run FROM audit_entry WHERE once = ? AND tool = ? AND outcome = 'done'")
    .get(once, tool);
  if (row === undefined) return undefined;
  return { entry: Number(row.seq), ...(row.run !== null && { run: String(row.run) }) };
}
