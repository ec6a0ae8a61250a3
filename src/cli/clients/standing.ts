import type { StoredCredential } from "../../identity/credentials.ts";

/** Whether a credential still opens anything. */
export type Standing = "valid" | "expired" | "revoked";

/** How a credential stands at an instant. */
export function standingOf({ revokedAt, expiresAt }: StoredCredential, now: Date): Standing {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && expiresAt <= now.toISOString() ? "expired" : "valid";
}

/** An instant for people, to the minute, in UTC. */
export function instantText(instant: string): string {
  return `${instant.slice(0, 16).replace("T", " ")} UTC`;
}
