import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Entry } from "../audit/entry.ts";
import { parseEntry } from "../audit/read.ts";
import { RingmainError } from "../core/errors.ts";
import { type ApprovalRequest, standingOf, toRequest } from "./request.ts";
import type { RequestDetail } from "./request-store.ts";

/** What a person decided about a request. */
export interface RecordedDecision {
  approver: string;
  decision: "approved" | "rejected";
  decidedAt: string;
  reason?: string | undefined;
  /** The entry that records it. */
  entry?: number | undefined;
}

/** The requests that wait for people or for their call to be made, or all there ever were; the oldest first. */
export function listRequests(database: DatabaseSync, { all = false } = {}): ApprovalRequest[] {
  const which = all ? "1" : "status IN ('pending', 'approved')";
  const rows = database
    .prepare(`SELECT * FROM approval_request WHERE ${which} ORDER BY created_at, rowid`)
    .all();
  return rows.flatMap((row) => toRequest(row) ?? []);
}

/** The requests that wait for a person at an instant, the oldest first. */
export function pendingNow(database: DatabaseSync, now: Date): ApprovalRequest[] {
  return listRequests(database).filter((request) => standingOf(request, now) === "pending");
}

/** How many requests wait for a person at an instant, and the newest of them first. */
export function waitingRequests(
  database: DatabaseSync,
  { now, limit }: { now: Date; limit: number },
): { count: number; newest: ApprovalRequest[] } {
  const at = now.toISOString();
  // the first condition is the one that the index has
  const waiting = "status IN ('pending', 'approved') AND status = 'pending' AND expires_at > ?";
  const row = database.prepare(`SELECT count(*) AS n FROM approval_request WHERE ${waiting}`).get(at);
  const rows = database
    .prepare(`SELECT * FROM approval_request WHERE ${waiting} ORDER BY created_at DESC, rowid DESC LIMIT ?`)
    .all(at, limit);
  return { count: Number(row?.n), newest: rows.flatMap((found) => toRequest(found) ?? []) };
}

/** The request of an id. */
export function requestOf(database: DatabaseSync, id: string): ApprovalRequest | undefined {
  return toRequest(database.prepare("SELECT * FROM approval_request WHERE id = ?").get(id));
}

/**
 * The request that a person names: by its id, or by the beginning or the end of it, as far as one alone is meant.
 * Throws NOT_FOUND, or INPUT_INVALID when several are.
 */
export function findRequest(database: DatabaseSync, named: string): ApprovalRequest {
  const hex = named.replace(/^apr_/, "").toLowerCase();
  const hint = "`ringmain approvals ls` lists those that wait; `--all` all there were.";
  if (!/^[0-9a-f]{4,32}$/.test(hex)) {
    throw new RingmainError("INPUT_INVALID", `"${named.slice(0, 60)}" is no id of a request.`, {
      hint: `It looks like apr_019a4e…, and its first or last characters do, at least four. ${hint}`,
    });
  }
  const rows = database
    .prepare(
      "SELECT * FROM approval_request WHERE id LIKE 'apr\\_' || ? || '%' ESCAPE '\\' OR id LIKE 'apr\\_%' || ? ESCAPE '\\' LIMIT 3",
    )
    .all(hex, hex);
  const [found, other] = rows.flatMap((row) => toRequest(row) ?? []);
  if (found === undefined) throw new RingmainError("NOT_FOUND", `There is no request ${named}.`, { hint });
  if (other !== undefined) {
    throw new RingmainError("INPUT_INVALID", `${named} could be several requests.`, {
      hint: `Write more of it: ${found.id}, ${other.id}${rows.length > 2 ? ", …" : ""}. The ends differ most.`,
    });
  }
  return found;
}

const detailRow = z.object({
  arguments: z.string(),
  facts: z.string(),
  result: z.string(),
  changed: z.string(),
});

/** What a person needs to decide; undefined when it was erased. */
export function detailOf(database: DatabaseSync, { id }: ApprovalRequest): RequestDetail | undefined {
  const row = database
    .prepare(
      "SELECT arguments, facts, result, changed FROM approval_detail WHERE request = ? AND erased_at IS NULL",
    )
    .get(id);
  return row && detailRow.parse(row);
}

/** The decisions about a request, as their rows have them, the oldest first. */
export function decisionsOf(database: DatabaseSync, { id }: Pick<ApprovalRequest, "id">): RecordedDecision[] {
  const rows = database
    .prepare(
      `SELECT approver, decision, decided_at, reason, entry FROM approval_decision WHERE request = ?
       ORDER BY decided_at, approver`,
    )
    .all(id);
  return rows.map((row) => ({
    approver: String(row.approver),
    decision: row.decision === "approved" ? "approved" : "rejected",
    decidedAt: String(row.decided_at),
    ...(row.reason !== null && { reason: String(row.reason) }),
    ...(row.entry !== null && { entry: Number(row.entry) }),
  }));
}

/** The entry of the call that asked. */
export function entryOfRequest(
  database: DatabaseSync,
  { requestedEntry }: ApprovalRequest,
): Entry | undefined {
  const row = database.prepare("SELECT body FROM audit_entry WHERE seq = ?").get(requestedEntry);
  return row && parseEntry(row.body);
}
