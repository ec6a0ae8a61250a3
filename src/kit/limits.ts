import type { DatabaseSync } from "node:sqlite";
import type { PrincipalLimits } from "../core/agent-file.ts";
import { RingmainError } from "../core/errors.ts";
import type { Effect } from "../core/tool-description.ts";
import type { Identity } from "../identity/principal.ts";
import { createTally } from "./tally.ts";

export interface LimitChecker {
  /** Whether the caller has any, so that the entries of the trail are counted. */
  bind(identity: Identity, effect: Effect): boolean;
  /** Throws LIMIT_EXCEEDED when one more call would be too many. */
  check(identity: Identity, effect: Effect, now: Date): void;
  /** To be told when a transaction was rolled back. */
  rolledBack(): void;
}

/**
 * Prepares the check of limits on a connection. It counts the entries of the trail inside the call's own
 * transaction, so calls made in parallel cannot overspend; they must be written by then. A day is a UTC day.
 */
export function limitChecker(
  database: DatabaseSync,
  limitsOf: ReadonlyMap<string, PrincipalLimits>,
): LimitChecker {
  const tally = createTally(database);
  const limitsThatBind = ({ principal, roles }: Identity, effect: Effect) => {
    // the limits of a role bind each of its people by themselves; every one of several roles binds
    const grantees = principal.startsWith("user:") ? roles.map((role) => `role:${role}`) : [principal];
    return grantees.flatMap((grantee) => {
      const { calls_per_day: calls, writes_per_day } = limitsOf.get(grantee) ?? {};
      const writes = effect === "read" ? undefined : writes_per_day;
      return calls === undefined && writes === undefined ? [] : [{ calls, writes }];
    });
  };
  const mostWrites = ({ run }: Identity, effect: Effect) => (effect === "read" ? undefined : run?.writes);

  return {
    bind: (identity, effect) =>
      mostWrites(identity, effect) !== undefined || limitsThatBind(identity, effect).length > 0,
    check(identity, effect, now) {
      const { principal, run } = identity;
      for (const most of limitsThatBind(identity, effect)) {
        const made = tally.ofDay(principal, now);
        refuseAbove(made.calls, most.calls, `${principal} may make`, "calls a day");
        refuseAbove(made.writes, most.writes, `${principal} may make`, "writes a day");
      }
      const most = mostWrites(identity, effect);
      if (run !== undefined && most !== undefined)
        refuseAbove(tally.ofRun(run.id).writes, most, `A run of ${run.workflow} may make`, "writes");
    },
    rolledBack: () => tally.forget(),
  };
}

function refuseAbove(made: number, most: number | undefined, who: string, what: string): void {
  if (most === undefined || made < most) return;
  throw new RingmainError("LIMIT_EXCEEDED", `${who} at most ${most} ${what}.`, {
    hint: "Raise it under limits: of the agent, the client, the role or the workflow if this is meant.",
  });
}
