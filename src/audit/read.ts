import type { DatabaseSync, SQLInputValue } from "node:sqlite";
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

/** A filter as a condition on `audit_entry`. Throws INPUT_INVALID for an instant that is none. */
export function conditions(filter: EntryFilter): { sql: string; values: SQLInputValue[] } {
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

/** Like `entryLines`, each with its payload: an object of the entry's line, the salt, and the texts. */
export function* payloadLines(database: DatabaseSync, filter: EntryFilter = {}): Generator<string> {
  const { sql, values } = conditions(filter);
  const rows = database.prepare(
    `SELECT e.body, p.salt, p.arguments, p.facts, p.result FROM (SELECT seq, body FROM audit_entry WHERE ${sql}) e
     LEFT JOIN audit_payload p ON p.seq = e.seq ORDER BY e.seq`,
  );
  for (const { body, salt, arguments: sent, facts, result } of rows.iterate(...values)) {
    yield JSON.stringify({
      entry: body,
      salt: salt ?? undefined,
      arguments: sent ?? undefined,
      facts: facts ?? undefined,
      result: result ?? undefined,
    });
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
