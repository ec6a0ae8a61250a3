import type { DatabaseSync } from "node:sqlite";
import { type ApprovalRequest, type ExactCall, type RequestStatus, toRequest } from "./request.ts";

/** What a person needs to decide: JSON texts. Kept apart from the request, so that it can be erased. */
export interface RequestDetail {
  arguments: string;
  /** The facts of the record, before the call. */
  facts: string;
  /** What came of the trial of the call, which was undone. */
  result: string;
  /** The rows that the trial changed: table, id and version after it. */
  changed: string;
}

/** Prepares the statements by which the call pipeline finds and writes requests, inside its transactions. */
export function requestStore(database: DatabaseSync) {
  const newest = "ORDER BY rowid DESC LIMIT 1";
  const ofCall = "tool = ? AND principal = ? AND run IS ?";
  const byArguments = database.prepare(
    `SELECT * FROM approval_request WHERE ${ofCall} AND arguments_hash = ? AND key IS ? ${newest}`,
  );
  const byKey = database.prepare(`SELECT * FROM approval_request WHERE key = ? AND ${ofCall} ${newest}`);
  const insert = database.prepare(
    `INSERT INTO approval_request (id, tool, principal, run, started_by, key, arguments_hash, facts_hash, asks,
       status, created_at, expires_at, requested_entry, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, 1)`,
  );
  const insertDetail = database.prepare(
    "INSERT INTO approval_detail (request, arguments, facts, result, changed) VALUES (?, ?, ?, ?, ?)",
  );
  const settle = database.prepare(
    "UPDATE approval_request SET status = ?, used_entry = ?, version = version + 1 WHERE id = ? AND version = ?",
  );

  const waiting = database.prepare(
    `SELECT count(*) AS n FROM approval_request
     WHERE status IN ('pending', 'approved') AND status = 'pending' AND principal = ? AND expires_at > ?`,
  );

  return {
    /** How many requests of a principal wait at an instant. */
    waitingOf: (principal: string, now: Date) => Number(waiting.get(principal, now.toISOString())?.n),
    /** The newest request of a call with these arguments, and this key or none. */
    withArguments({ tool, principal, run, key, argumentsHash }: Omit<ExactCall, "factsHash">) {
      return toRequest(byArguments.get(tool, principal, run ?? null, argumentsHash, key ?? null));
    },
    /** The newest request under a key, whatever its arguments. */
    withKey: (key: string, { tool, principal, run }: Omit<ExactCall, "factsHash">) =>
      toRequest(byKey.get(key, tool, principal, run ?? null)),
    add(request: Omit<ApprovalRequest, "status" | "version">, detail: RequestDetail): void {
      const { id, tool, principal, run = null, startedBy = null, key = null } = request;
      const { argumentsHash, factsHash, asks, createdAt, expiresAt, requestedEntry } = request;
      const call = [id, tool, principal, run, startedBy, key, argumentsHash, factsHash, JSON.stringify(asks)];
      insert.run(...call, createdAt, expiresAt, requestedEntry);
      insertDetail.run(id, detail.arguments, detail.facts, detail.result, detail.changed);
    },
    /** Moves a request on. Nobody can have changed it since it was read: it is one transaction. */
    settle({ id, version }: ApprovalRequest, status: RequestStatus, usedEntry?: number): void {
      if (settle.run(status, usedEntry ?? null, id, version).changes !== 1)
        throw new Error(`the request ${id} is not as it was read`);
    },
  };
}
