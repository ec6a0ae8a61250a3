import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import type { Identity } from "./principal.ts";

const format = /^rmc_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A credential as it is stored: without its secret. Times are RFC 3339, UTC. */
export interface StoredCredential {
  /** The 12 hexadecimal digits after `rmc_`. */
  id: string;
  principal: string;
  createdAt: string;
  /** Absent for one that was made before this was written down. */
  createdBy?: string;
  expiresAt?: string;
  revokedAt?: string;
  revokedBy?: string;
}

/**
 * Makes a credential for a client, such as `client:claude-desktop`, and withdraws the ones it had: a client has
 * one. Returns the secret, which is stored nowhere. Call it inside a transaction.
 */
export function issueCredential(
  database: DatabaseSync,
  options: { principal: string; by?: string; expiresAt?: Date | undefined; now: Date },
): string {
  const { principal, by, expiresAt, now } = options;
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  revokeCredentials(database, { principal, now, ...(by !== undefined && { by }) });
  database
    .prepare(
      `INSERT INTO identity_credential (id, principal, secret_hash, created_at, created_by, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(id, principal, hashSecret(secret), now.toISOString(), by ?? null, expiresAt?.toISOString() ?? null);
  return `rmc_${id}_${secret}`;
}

/** The id in a credential, or in what people are shown of one (`rmc_0123456789ab_…`); undefined when there is none. */
export function credentialId(text: string): string | undefined {
  return /^(?:rmc_)?([0-9a-f]{12})(?:_|$)/.exec(text)?.[1];
}

/**
 * Withdraws every credential of a client, expired ones too, or the one with an id. It holds from the very next call.
 * Returns the ids of those that were not withdrawn before. Call it inside a transaction.
 */
export function revokeCredentials(
  database: DatabaseSync,
  options: { principal: string; id?: string | undefined; by?: string; now: Date },
): string[] {
  const { principal, id = null, by = null, now } = options;
  return database
    .prepare(
      `UPDATE identity_credential SET revoked_at = ?1, revoked_by = ?2
       WHERE principal = ?3 AND (?4 IS NULL OR id = ?4) AND revoked_at IS NULL RETURNING id`,
    )
    .all(now.toISOString(), by, principal, id)
    .map((row) => String(row.id));
}

/** Every credential there ever was, by client, the newest first. */
export function listCredentials(database: DatabaseSync): StoredCredential[] {
  const rows = database
    .prepare(
      `SELECT id, principal, created_at, created_by, expires_at, revoked_at, revoked_by
       FROM identity_credential ORDER BY principal, created_at DESC, id`,
    )
    .all();
  return rows.map((row) => ({
    id: String(row.id),
    principal: String(row.principal),
    createdAt: String(row.created_at),
    ...(row.created_by !== null && { createdBy: String(row.created_by) }),
    ...(row.expires_at !== null && { expiresAt: String(row.expires_at) }),
    ...(row.revoked_at !== null && { revokedAt: String(row.revoked_at) }),
    ...(row.revoked_by !== null && { revokedBy: String(row.revoked_by) }),
  }));
}

/**
 * Prepares the check of client credentials on a connection. The row is read anew at each call, so that a
 * revoked credential is refused at once in every process. Throws POLICY_DENIED with the reason.
 */
export function credentialChecker(database: DatabaseSync): (credential: string, now: Date) => Identity {
  const find = database.prepare(
    "SELECT id, principal, secret_hash, expires_at, revoked_at FROM identity_credential WHERE id = ?",
  );
  return (credential, now) => {
    const [, id, secret] = format.exec(credential) ?? [];
    const row = id === undefined ? undefined : find.get(id);
    if (row === undefined || secret === undefined || !sameText(String(row.secret_hash), hashSecret(secret))) {
      throw unknownCredential();
    }
    requireGood(row, now);
    return { principal: String(row.principal), verifiedBy: "credential", roles: [], credential: String(id) };
  };
}

/**
 * Prepares the second look at a credential whose secret was right, by its id, in the transaction of the call: it may
 * have been revoked while the call waited for its turn. Throws POLICY_DENIED with the reason.
 */
export function credentialRechecker(database: DatabaseSync): (id: string, now: Date) => void {
  const find = database.prepare(
    "SELECT id, principal, expires_at, revoked_at FROM identity_credential WHERE id = ?",
  );
  return (id, now) => {
    const row = find.get(id);
    if (row === undefined) throw unknownCredential();
    requireGood(row, now);
  };
}

function requireGood(row: Record<string, SQLOutputValue>, now: Date): void {
  const whose = `(${row.id} of ${row.principal})`;
  if (row.revoked_at !== null) throw refused(`The credential in RINGMAIN_TOKEN ${whose} was revoked.`);
  if (row.expires_at !== null && String(row.expires_at) <= now.toISOString()) {
    throw refused(`The credential in RINGMAIN_TOKEN ${whose} has expired.`);
  }
}

function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function unknownCredential(): RingmainError {
  return refused("The credential in RINGMAIN_TOKEN is not one of this workspace.");
}

function refused(message: string): RingmainError {
  return new RingmainError("POLICY_DENIED", message, {
    hint: "Run `ringmain connect <client>` or `ringmain clients add <client>` to make a new one.",
  });
}
