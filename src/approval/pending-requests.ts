import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";

export interface PendingRequests {
  /**
   * Those of some requests that still wait for a person: that nobody has decided and that have not expired. One that is not
   * known does not.
   */
  pending(ids: readonly string[]): ReadonlySet<string>;
  /** A text that is another one whenever some request has come to wait or waits no more. */
  mark(): string;
}

/** Prepares the questions which requests still wait for a person. They take no lock. */
export function pendingRequests(database: DatabaseSync, clock: Clock): PendingRequests {
  const find = database.prepare(
    `SELECT id FROM approval_request WHERE id IN (SELECT value FROM json_each(?))
     AND status = 'pending' AND expires_at > ?`,
  );
  // what is decided or expires lowers the count; what comes after it raises the number
  const count = database.prepare(
    `SELECT count(*) || ' ' || coalesce(max(rowid), 0) AS mark
     FROM approval_request INDEXED BY approval_request_pending WHERE status = 'pending' AND expires_at > ?`,
  );
  const now = () => clock.now().toISOString();
  return {
    pending: (ids) => new Set(find.all(JSON.stringify(ids), now()).map(({ id }) => String(id))),
    mark: () => String(count.get(now())?.mark),
  };
}
