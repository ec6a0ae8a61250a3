import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { parseEntry } from "../audit/read.ts";
import type { ExactCall } from "./request.ts";
import { isSigned, keyId } from "./statement.ts";

/** Under which name the entry of an enrolment stands in the trail. */
export const enrolTool = "ringmain.enroll_approver";

const decisionRow = z.object({
  approver: z.string(),
  decided_at: z.string(),
  signature: z.string(),
  key_id: z.string(),
  public_key: z.string(),
  principal: z.string(),
  revoked_at: z.string().nullable(),
  entry: z.int().nullable(),
});

/**
 * Prepares the search for the people who approved a request, as far as it holds: signed for this very call, with a key
 * that is not revoked and whose enrolment stands in the trail. Rows that somebody made by hand are no decision.
 */
export function approversFinder(database: DatabaseSync) {
  const read = database.prepare(
    `SELECT d.approver, d.decided_at, d.signature, d.key_id, a.public_key, a.principal, a.revoked_at, a.entry
     FROM approval_decision d JOIN approval_approver a ON a.id = d.key_id
     WHERE d.request = ? AND d.decision = 'approved' ORDER BY d.decided_at, d.approver`,
  );
  const readEntry = database.prepare("SELECT body FROM audit_entry WHERE seq = ?");

  function isEnrolled(principal: string, id: string, seq: number | null): boolean {
    const row = seq === null ? undefined : readEntry.get(seq);
    if (row === undefined) return false;
    const entry = parseEntry(row.body);
    const names = entry.changed.some(([table, changed]) => table === "approval_approver" && changed === id);
    return entry.tool === enrolTool && entry.principal === principal && entry.outcome === "done" && names;
  }

  return (request: { id: string; expiresAt: string }, call: ExactCall): string[] =>
    read.all(request.id).flatMap((found) => {
      const row = decisionRow.parse(found);
      const { approver, key_id, public_key } = row;
      if (row.revoked_at !== null || row.principal !== approver || keyId(public_key) !== key_id) return [];
      if (!isEnrolled(approver, key_id, row.entry)) return [];
      const { id, expiresAt } = request;
      const decidedAt = row.decided_at;
      const statement = { request: id, call, decision: "approved", approver, decidedAt, expiresAt } as const;
      return isSigned(statement, row.signature, public_key) ? [approver] : [];
    });
}
