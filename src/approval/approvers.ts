import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** A person who may decide, with the key they prove it by. */
export interface Approver {
  /** `apk_…` */
  id: string;
  principal: string;
  publicKey: string;
  enrolledAt: string;
  revokedAt?: string | undefined;
  revokedBy?: string | undefined;
  /** Wrong passphrases in a row. */
  failures: number;
  failedAt?: string | undefined;
}

const optional = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined);

const approverRow = z
  .object({
    id: z.string(),
    principal: z.string(),
    public_key: z.string(),
    enrolled_at: z.string(),
    revoked_at: optional,
    revoked_by: optional,
    failures: z.int(),
    failed_at: optional,
  })
  .transform(
    ({ id, principal, public_key, enrolled_at, revoked_at, revoked_by, failures, failed_at }): Approver => ({
      id,
      principal,
      publicKey: public_key,
      enrolledAt: enrolled_at,
      revokedAt: revoked_at,
      revokedBy: revoked_by,
      failures,
      failedAt: failed_at,
    }),
  );

/** Every key that a person ever had here, the newest first. */
export function listApprovers(database: DatabaseSync): Approver[] {
  const rows = database.prepare("SELECT * FROM approval_approver ORDER BY enrolled_at DESC, id").all();
  return rows.map((row) => approverRow.parse(row));
}

/** A person's key that is not revoked. */
export function currentApprover(database: DatabaseSync, principal: string): Approver | undefined {
  const find = "SELECT * FROM approval_approver WHERE principal = ? AND revoked_at IS NULL";
  const row = database.prepare(find).get(principal);
  return row && approverRow.parse(row);
}

/** Adds a person's key; the entry of the enrolment is named once it has its number. Call it inside a transaction. */
export function addApprover(
  database: DatabaseSync,
  { id, principal, publicKey, now }: { id: string; principal: string; publicKey: string; now: Date },
): { recorded: (entry: number) => void } {
  const at = now.toISOString();
  database
    .prepare(
      "INSERT INTO approval_approver (id, principal, public_key, enrolled_at, enrolled_by) VALUES (?, ?, ?, ?, ?)",
    )
    .run(id, principal, publicKey, at, principal);
  const recorded = (entry: number) =>
    void database.prepare("UPDATE approval_approver SET entry = ? WHERE id = ?").run(entry, id);
  return { recorded };
}

/** Withdraws a person's key. Returns its id, or undefined when there is none. Call it inside a transaction. */
export function revokeApprover(
  database: DatabaseSync,
  { principal, by, now }: { principal: string; by: string; now: Date },
): string | undefined {
  const row = database
    .prepare(
      `UPDATE approval_approver SET revoked_at = ?, revoked_by = ? WHERE principal = ? AND revoked_at IS NULL
       RETURNING id`,
    )
    .get(now.toISOString(), by, principal);
  return row && String(row.id);
}

const mostFailures = 5;
const restMs = 10 * 60_000;

/** Until when a person must wait who typed too many wrong passphrases in a row. */
export function restsUntil({ failures, failedAt }: Approver, now: Date): Date | undefined {
  if (failures < mostFailures || failedAt === undefined) return undefined;
  const until = new Date(Date.parse(failedAt) + restMs);
  return until > now ? until : undefined;
}

/** Counts a wrong passphrase; those of long ago are forgotten. Call it inside a transaction. */
export function noteFailure(database: DatabaseSync, { id }: Approver, now: Date): void {
  const since = new Date(now.getTime() - restMs).toISOString();
  database
    .prepare(
      `UPDATE approval_approver SET failed_at = ?, failures = CASE WHEN failed_at > ? THEN failures + 1 ELSE 1 END
       WHERE id = ?`,
    )
    .run(now.toISOString(), since, id);
}

/** Forgets the wrong passphrases before a right one. Call it inside a transaction. */
export function clearFailures(database: DatabaseSync, { id }: Approver): void {
  database.prepare("UPDATE approval_approver SET failures = 0, failed_at = NULL WHERE id = ?").run(id);
}
