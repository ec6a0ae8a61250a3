import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { parseEntry } from "./read.ts";
import { ofRun } from "./search-columns.ts";

/** A call of a run as the trail has it. */
export interface RecordedCall {
  entry: number;
  /** `server.tool` */
  tool: string;
  step: string;
  /** Canonical JSON of the result; absent when the call failed, or when its payload was erased. */
  result?: string;
  error?: { code: string; message: string };
  /** That an earlier call's result was answered, and the run of that call. */
  replayed?: { run: string | undefined };
  /** That the caller was shown less than the payload holds. */
  withheld: boolean;
}

/** The calls of a run in the order of their entries, each attempt by itself. */
export function recordedCalls(database: DatabaseSync, run: string): RecordedCall[] {
  const rows = database
    .prepare(
      `SELECT e.body, p.result, o.body ->> '$.run' AS replayed_run
       FROM (SELECT seq, body FROM audit_entry WHERE ${ofRun.sql}) e
       LEFT JOIN audit_entry o ON o.seq = e.body ->> '$.replay_of'
       LEFT JOIN audit_payload p ON p.seq = coalesce(o.seq, e.seq)
       WHERE e.body ->> '$.kind' = 'call' ORDER BY e.seq`,
    )
    .all(...ofRun.values(run));
  return rows.flatMap(recordedCall);
}

function recordedCall(row: Record<string, SQLOutputValue>): RecordedCall[] {
  const { seq, server, tool, step, error, reason = "", replay_of, withheld } = parseEntry(row.body);
  if (step === undefined) return [];
  return [
    {
      entry: seq,
      tool: tool.includes(".") ? tool : `${server}.${tool}`,
      step,
      withheld: withheld !== undefined,
      ...(error !== undefined && { error: { code: error, message: reason } }),
      ...(error === undefined && row.result !== null && { result: String(row.result) }),
      ...(replay_of !== undefined && {
        replayed: { run: row.replayed_run === null ? undefined : String(row.replayed_run) },
      }),
    },
  ];
}
