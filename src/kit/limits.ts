import type { DatabaseSync } from "node:sqlite";
import type { PrincipalLimits } from "../core/agent-file.ts";
import { RingmainError } from "../core/errors.ts";
import type { Effect } from "../core/tool-description.ts";
import type { Identity } from "../identity/principal.ts";

/**
 * Prepares the check of limits on a connection. It counts the entries of the trail inside the call's own
 * transaction, so calls made in parallel cannot overspend. A day is a UTC day. Throws LIMIT_EXCEEDED.
 */
export function limitChecker(database: DatabaseSync, limitsOf: ReadonlyMap<string, PrincipalLimits>) {
  const countDay = database.prepare(
    "SELECT count(*) AS calls, sum(effect <> 'read') AS writes FROM audit_entry WHERE principal = ? AND time >= ? AND kind = 'call' AND outcome = 'done'",
  );
  const countRun = database.prepare(
    "SELECT count(*) AS writes FROM audit_entry WHERE run = ? AND kind = 'call' AND outcome = 'done' AND effect <> 'read'",
  );
  return (identity: Identity, effect: Effect, now: Date): void => {
    const { principal, roles, run } = identity;
    // the limits of a role bind each of its people by themselves; every one of several roles binds
    const grantees = principal.startsWith("user:") ? roles.map((role) => `role:${role}`) : [principal];
    for (const grantee of grantees) {
      const { calls_per_day, writes_per_day } = limitsOf.get(grantee) ?? {};
      const mostWrites = effect === "read" ? undefined : writes_per_day;
      if (calls_per_day === undefined && mostWrites === undefined) continue;
      const today = countDay.get(principal, `${now.toISOString().slice(0, 10)}T`);
      refuseAbove(Number(today?.calls ?? 0), calls_per_day, `${principal} may make`, "calls a day");
      refuseAbove(Number(today?.writes ?? 0), mostWrites, `${principal} may make`, "writes a day");
    }
    if (run?.writes !== undefined && effect !== "read") {
      const made = Number(countRun.get(run.id)?.writes ?? 0);
      refuseAbove(made, run.writes, `A run of ${run.workflow} may make`, "writes");
    }
  };
}

function refuseAbove(made: number, most: number | undefined, who: string, what: string): void {
  if (most === undefined || made < most) return;
  throw new RingmainError("LIMIT_EXCEEDED", `${who} at most ${most} ${what}.`, {
    hint: "Raise it under limits: of the agent, the client, the role or the workflow if this is meant.",
  });
}
