import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import type { Identity } from "./principal.ts";

const format = /^rmc_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/**
 * Makes a credential for a client, such as `client:claude-desktop`, and withdraws the ones it had: a client has
 * one. Returns the secret, which is stored nowhere. Call it inside a transaction.
 */
export function issueCredential(database: DatabaseSync, options: { principal: string; now: Date }): string {
  const { principal, now } = options;
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  revokeCredentials(database, options);
  database
    .prepare("INSERT INTO identity_credential (id, principal, secret_hash, created_at) VALUES (?, ?, ?, ?)")
    .run(id, principal, hashSecret(secret), now.toISOString());
  return `rmc_${id}_${secret}`;
}

/** Withdraws every credential of a client. It holds from the very next call. Returns how many there were. */
export function revokeCredentials(database: DatabaseSync, options: { principal: string; now: Date }): number {
  const { changes } = database
    .prepare("UPDATE identity_credential SET revoked_at = ? WHERE principal = ? AND revoked_at IS NULL")
    .run(options.now.toISOString(), options.principal);
  return Number(changes);
}

/**
 * Prepares the check of client credentials on a connection. The row is read anew at each call, so that a
 * revoked credential is refused at once in every process. Throws POLICY_DENIED with the reason.
 */
export function credentialChecker(database: DatabaseSync): (credential: string, now: Date) => Identity {
  const find = database.prepare(
    "SELECT principal, secret_hash, expires_at, revoked_at FROM identity_credential WHERE id = ?",
  );
  return (credential, now) => {
    const [, id, secret] = format.exec(credential) ?? [];
    const row = id === undefined ? undefined : find.get(id);
    if (row === undefined || secret === undefined || !sameText(String(row.secret_hash), hashSecret(secret))) {
      throw refused("The credential in RINGMAIN_TOKEN is not one of this workspace.");
    }
    if (row.revoked_at !== null) throw refused("The credential in RINGMAIN_TOKEN was revoked.");
    if (row.expires_at !== null && String(row.expires_at) <= now.toISOString()) {
      throw refused("The credential in RINGMAIN_TOKEN has expired.");
    }
    return { principal: String(row.principal), verifiedBy: "credential", roles: [] };
  };
}

function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function refused(message: string): RingmainError {
  return new RingmainError("POLICY_DENIED", message, {
    hint: "Run `ringmain connect <client>` to make a new one.",
  });
}
