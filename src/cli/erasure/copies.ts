import type { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../audit/entry.ts";
import { findOutboxes } from "../../outbox/outbox-tables.ts";

/** A table outside the trail whose rows hold copies of what calls were told and answered. */
interface CopyTable {
  table: string;
  /** The column that people know a row by. */
  id: string;
  texts: readonly string[];
  /** Which rows still hold something. */
  held: string;
  /** Which of them nothing needs any more. */
  free: string;
  /** The instant by which a row grows old; without it, age erases nothing here. */
  agedBy?: string;
  /** What takes the texts away; `?` is the time. */
  erase: string;
  /** The version of a row that has one. */
  version?: string;
}

/** What stands where a text was. */
export const erasedText = "(erased)";

/** A run's inputs, outputs and the text of its error. What failed, and why by its code, stays. */
const runs: CopyTable = {
  table: "engine_run",
  id: "id",
  texts: ["inputs", "outputs", "error"],
  held: "erased_at IS NULL",
  free: "finished_at IS NOT NULL",
  agedBy: "finished_at",
  erase: `inputs = '{}', outputs = NULL, erased_at = ?,
    error = json_remove(json_set(error, '$.message', '${erasedText}'), '$.hint')`,
};

/** Where requests for approval keep what people are shown. */
export const approvalCopies = "approval_detail";

/** What people were shown to decide about a call: needed as long as somebody may still decide, or the call be made. */
const approvals: CopyTable = {
  table: approvalCopies,
  id: "request",
  texts: ["arguments", "facts", "result", "changed"],
  held: "erased_at IS NULL",
  free: `NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.id = request AND r.status IN ('pending', 'approved')
    AND r.expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  agedBy: "(SELECT r.created_at FROM approval_request r WHERE r.id = request)",
  erase: "arguments = '{}', facts = '{}', result = '{}', changed = '[]', erased_at = ?",
};

/** The messages that a server has sent, or will not send any more. */
function outbox(table: string): CopyTable {
  return {
    table,
    id: "id",
    texts: ["recipient", "subject", "body", "last_error"],
    held: `body <> '${erasedText}'`,
    free: "status NOT IN ('queued', 'sending')",
    erase: `recipient = '${erasedText}', subject = '${erasedText}', body = '${erasedText}', last_error = NULL,
      version = version + 1, updated_at = ?`,
    version: "version",
  };
}

/**
 * The tables with copies that there are. Another table of ours that keeps texts of calls is one more line here: what is
 * found, erased and told follows from it.
 */
export function copyTables(database: DatabaseSync, options: { messages: boolean }): CopyTable[] {
  const exists = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  const messages = options.messages ? findOutboxes(database).tables.map(({ table }) => outbox(table)) : [];
  return [runs, approvals, ...messages].filter(({ table }) => exists.get(table) !== undefined);
}

/** Rows of one table that hold copies. */
export interface FoundCopies {
  table: string;
  /** To be erased. */
  ids: string[];
  /** Still needed, for instance of a run that has not ended. */
  kept: string[];
}

/** Finds the rows that mention something, or that are old enough. */
export function findCopies(
  database: DatabaseSync,
  tables: readonly CopyTable[],
  wanted: { mentions(text: string): boolean } | { before: Date },
): FoundCopies[] {
  return tables.map(({ table, id, texts, held, free, agedBy }) => {
    const found: FoundCopies = { table, ids: [], kept: [] };
    const byAge = "before" in wanted;
    if (byAge && agedBy === undefined) return found;
    const read = database.prepare(
      `SELECT rowid AS place, ${id} AS id, (${free}) AS free, ${texts.join(", ")} FROM ${table}
       WHERE rowid > ? AND ${held}${byAge ? ` AND ${agedBy} < ?` : ""} ORDER BY rowid LIMIT 500`,
    );
    const more = byAge ? [wanted.before.toISOString()] : [];
    for (
      let rows = read.all(-1, ...more);
      rows.length > 0;
      rows = read.all(Number(rows.at(-1)?.place), ...more)
    ) {
      for (const row of rows) {
        const hit =
          byAge || texts.some((text) => typeof row[text] === "string" && wanted.mentions(row[text]));
        if (hit) (row.free === 1 ? found.ids : found.kept).push(String(row.id));
      }
    }
    return found;
  });
}

/** Erases the texts of rows that are still free, within a write transaction. Returns what an entry tells of it. */
export function eraseCopies(
  database: DatabaseSync,
  { table, id, held, free, erase, version = "1" }: CopyTable,
  ids: readonly string[],
  now: Date,
): Entry["changed"] {
  const rows = database
    .prepare(
      `UPDATE ${table} SET ${erase} WHERE ${id} IN (SELECT value FROM json_each(?)) AND ${held} AND ${free}
       RETURNING ${id} AS id, ${version} AS version`,
    )
    .all(now.toISOString(), JSON.stringify(ids));
  return rows.map((row) => [table, String(row.id), Number(row.version)]);
}
