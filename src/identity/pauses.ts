import type { DatabaseSync } from "node:sqlite";

/** What stands for every principal at once. */
export const everyone = "*";

/** A principal that is switched off. The call pipeline reads these rows in the transaction of each call. */
export interface Pause {
  /** `agent:collector`, or `*` for every principal. */
  principal: string;
  /** RFC 3339, UTC. */
  pausedAt: string;
  /** Who paused it. */
  pausedBy: string;
  reason?: string;
}

const columns = "principal, paused_at, paused_by, reason";

/** Switches a principal off. Returns false, and changes nothing, when it is off already. Call it inside a transaction. */
export function pausePrincipal(
  database: DatabaseSync,
  options: { principal: string; by: string; reason?: string | undefined; now: Date },
): boolean {
  const { principal, by, reason, now } = options;
  const { changes } = database
    .prepare(`INSERT INTO identity_pause (${columns}) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`)
    .run(principal, now.toISOString(), by, reason ?? null);
  return changes > 0;
}

/** Lets a principal go on. Returns false when it was not paused by its own name. Call it inside a transaction. */
export function resumePrincipal(database: DatabaseSync, principal: string): boolean {
  return database.prepare("DELETE FROM identity_pause WHERE principal = ?").run(principal).changes > 0;
}

/** Everything that is paused, the oldest first. */
export function listPauses(database: DatabaseSync): Pause[] {
  return database
    .prepare(`SELECT ${columns} FROM identity_pause ORDER BY paused_at, principal`)
    .all()
    .map(({ principal, paused_at, paused_by, reason }) => ({
      principal: String(principal),
      pausedAt: String(paused_at),
      pausedBy: String(paused_by),
      ...(reason !== null && { reason: String(reason) }),
    }));
}

/** Whoever is paused. Works on a database of any version, and on one that has no tables yet. */
export function pausedNames(database: DatabaseSync): ReadonlySet<string> {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'identity_pause'").get() === undefined)
    return new Set();
  const rows = database.prepare("SELECT principal FROM identity_pause ORDER BY principal").all();
  return new Set(rows.map(({ principal }) => String(principal)));
}

/** Whether a principal is paused by its own name. */
export function isPaused(database: DatabaseSync, principal: string): boolean {
  return database.prepare("SELECT 1 FROM identity_pause WHERE principal = ?").get(principal) !== undefined;
}
