import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";

/**
 * Prepares the question which of some requests still wait for a person: those that nobody has decided and that have not
 * expired. One that is not known does not. It takes no lock.
 */
export function pendingRequests(
  database: DatabaseSync,
  clock: Clock,
): (ids: readonly string[]) => ReadonlySet<string> {
  const find = database.prepare(
    `SELECT id FROM approval_request WHERE id IN (SELECT value FROM json_each(?))
     AND status = 'pending' AND expires_at > ?`,
  );
  return (ids) => {
    const rows = find.all(JSON.stringify(ids), clock.now().toISOString());
    return new Set(rows.map(({ id }) => String(id)));
  };
}
