import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Replay } from "../core/call-meta.ts";
import { parseEntry } from "./read.ts";
import { ofRun } from "./search-columns.ts";

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
 * Prepares the reading of the calls that a run has behind it, in order: those that succeeded, and those that were
 * refused or failed. A replayed call leads to the result of the entry that did the work.
 */
export function completedCallsReader(database: DatabaseSync): (run: string) => CompletedCall[] {
  const entries = database.prepare(
    `SELECT e.body, p.result, o.body ->> '$.run' AS replayed_run
     FROM (SELECT seq, body FROM audit_entry WHERE ${ofRun.sql}) e
     LEFT JOIN audit_entry o ON o.seq = e.body ->> '$.replay_of'
     LEFT JOIN audit_payload p ON p.seq = coalesce(o.seq, e.seq)
     WHERE e.body ->> '$.kind' = 'call' ORDER BY e.seq`,
  );
  return (run) => entries.all(...ofRun.values(run)).flatMap(completedCall);
}

function completedCall(row: Record<string, SQLOutputValue>): CompletedCall[] {
  const { seq, step, error, reason = "", replay_of, policies, withheld } = parseEntry(row.body);
  // the payload holds more than the caller was shown; the server shows it again as the policies have it
  if (step === undefined || withheld !== undefined) return [];
  const call: CompletedCall = { entry: seq, step, policies };
  if (error !== undefined) call.error = { code: error, message: reason };
  else if (row.result !== null) call.result = String(row.result);
  if (replay_of !== undefined) {
    call.replayed = {
      entry: replay_of,
      ...(row.replayed_run !== null && { run: String(row.replayed_run) }),
    };
  }
  return [call];
}

/** Prepares the search for the entry that recorded a business key as done for a tool (`server.tool`), and its run. */
export function onceFinder(database: DatabaseSync, tool: string): (once: string) => Replay | undefined {
  const find = database.prepare(
    "SELECT seq, body ->> '$.run' AS run FROM audit_entry WHERE once = ? AND tool = ? AND outcome = 'done'",
  );
  return (once) => {
    const row = find.get(once, tool);
    if (row === undefined) return undefined;
    return { entry: Number(row.seq), ...(row.run !== null && { run: String(row.run) }) };
  };
}
