import type { DatabaseSync } from "node:sqlite";
import type { PrincipalLimits } from "../core/agent-file.ts";
import { RingmainError } from "../core/errors.ts";
import type { Effect } from "../core/tool-description.ts";
import type { Identity } from "../identity/principal.ts";
import { createTally } from "./tally.ts";

/** The most that somebody may do, and what of it is done. */
interface Limit {
  most: number;
  /** Counts the entries of the trail that the transaction has written. */
  made(now: Date): number;
  /** For people: "agent:buyer may make", and "writes a day". */
  who: string;
  what: string;
}

export interface Limits {
  /** What binds a caller's calls of an effect. */
  of(identity: Identity, effect: Effect): readonly Limit[];
  /** To be told when a transaction was rolled back. */
  rolledBack(): void;
}

/**
 * Prepares limits on a connection. They count the entries of the trail inside the call's own transaction, so calls
 * made in parallel cannot overspend. A day is a UTC day.
 */
export function createLimits(database: DatabaseSync, limitsOf: ReadonlyMap<string, PrincipalLimits>): Limits {
  const tally = createTally(database);
  return {
    of({ principal, roles, run }, effect) {
      const limits: Limit[] = [];
      // the limits of a role bind each of its people by themselves; every one of several roles binds
      const grantees = principal.startsWith("user:") ? roles.map((role) => `role:${role}`) : [principal];
      for (const grantee of grantees) {
        const { calls_per_day, writes_per_day } = limitsOf.get(grantee) ?? {};
        if (calls_per_day === undefined && writes_per_day === undefined) continue;
        const who = `${principal} may make`;
        const made = (now: Date) => tally.ofDay(principal, now);
        if (calls_per_day !== undefined)
          limits.push({ most: calls_per_day, made: (now) => made(now).calls, who, what: "calls a day" });
        if (writes_per_day !== undefined && effect !== "read")
          limits.push({ most: writes_per_day, made: (now) => made(now).writes, who, what: "writes a day" });
      }
      if (run?.writes !== undefined && effect !== "read") {
        const made = () => tally.ofRun(run.id).writes;
        limits.push({ most: run.writes, made, who: `A run of ${run.workflow} may make`, what: "writes" });
      }
      return limits;
    },
    rolledBack: () => tally.forget(),
  };
}

/** Throws LIMIT_EXCEEDED when one more call would be too many. The entries so far must be written. */
export function checkLimits(limits: readonly Limit[], now: Date): void {
  for (const { most, made, who, what } of limits) {
    if (made(now) < most) continue;
    throw new RingmainError("LIMIT_EXCEEDED", `${who} at most ${most} ${what}.`, {
      hint: "Raise it under limits: of the agent, the client, the role or the workflow if this is meant.",
    });
  }
}
