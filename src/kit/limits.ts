import type { DatabaseSync } from "node:sqlite";
import type { PrincipalLimits } from "../core/agent-file.ts";
import type { AmountLimit } from "../core/amount-limit.ts";
import type { Effect } from "../core/tool-description.ts";
import type { Identity, RunClaims } from "../identity/principal.ts";
import { limitsByTool, type SumLimits, spend } from "./amount-limits.ts";
import { requireFewer, requireSlower } from "./count-limits.ts";
import { type Asked, type Limit, nextDay, placeOfLimits, type Spent } from "./limit.ts";
import { createTally, type Tally } from "./tally.ts";

/** A tool that is called. Without an id it is a view that is read, which no amount limit binds. */
export interface LimitedTool {
  id?: string;
  effect: Effect;
}

export interface Limits {
  /** What binds a caller's calls of a tool. */
  of(identity: Identity, tool: LimitedTool): readonly Limit[];
  /** To be told when a transaction was rolled back. */
  rolledBack(): void;
}

/**
 * Prepares limits on a connection. They count the entries of the trail inside the call's own transaction, so calls
 * made in parallel cannot overspend. A day is a UTC day.
 */
export function createLimits(database: DatabaseSync, limitsOf: ReadonlyMap<string, PrincipalLimits>): Limits {
  const tally = createTally(database);
  const binding = new Map([...limitsOf].filter(([, limits]) => Object.keys(limits).length > 0));
  const sumsOn = sumsFinder();

  return {
    of({ principal, roles, run }, tool) {
      const limits: Limit[] = [];
      // the limits of a role bind each of its people by themselves; every one of several roles binds
      const grantees = principal.startsWith("user:") ? roles.map((role) => `role:${role}`) : [principal];
      for (const grantee of grantees) {
        const own = binding.get(grantee);
        if (own === undefined) continue;
        const sums = sumsOn(own.amounts_per_day, tool);
        limits.push(...limitsOfDay({ own, principal, where: placeOfLimits(grantee), tool, sums, tally }));
      }
      if (run !== undefined) limits.push(...limitsOfRun(run, tool, sumsOn(run.amounts, tool), tally));
      return limits;
    },
    rolledBack: () => tally.forget(),
  };
}

/** Throws LIMIT_EXCEEDED when a call would be too much; else returns what it spends, once for each sum. */
export function checkLimits(limits: readonly Limit[], asked: Asked): Spent[] | undefined {
  if (limits.length === 0) return undefined;
  const spent = new Map<string, Spent>();
  for (const limit of limits) {
    const one = limit(asked);
    if (one !== undefined) spent.set(one[0], one);
  }
  return spent.size === 0 ? undefined : [...spent.values()];
}

function limitsOfDay(options: {
  own: PrincipalLimits;
  principal: string;
  where: string;
  tool: LimitedTool;
  sums: readonly SumLimits[];
  tally: Tally;
}): Limit[] {
  const { own, principal, where, tool, sums, tally } = options;
  const { calls_per_day, writes_per_day, calls_per_minute } = own;
  const bound = (name: string, now: Date) => {
    return { who: principal, name, where, period: " a day", again: () => nextDay(now) };
  };
  const limits: Limit[] = [];
  if (calls_per_minute !== undefined) {
    const rate = { who: principal, name: "calls_per_minute", where };
    limits.push(({ now }) => requireSlower(calls_per_minute, tally.ofMinute(principal, now), rate));
  }
  if (calls_per_day !== undefined) {
    limits.push(({ now }) => {
      const { calls } = tally.ofDay(principal, now);
      return requireFewer(calls_per_day, calls, "call", bound("calls_per_day", now));
    });
  }
  if (writes_per_day !== undefined && tool.effect !== "read") {
    limits.push(({ now }) => {
      const { writes } = tally.ofDay(principal, now);
      return requireFewer(writes_per_day, writes, "write", bound("writes_per_day", now));
    });
  }
  for (const sum of sums) {
    limits.push((asked) => {
      const { now } = asked;
      return spend(sum, asked, tally.ofDay(principal, now), bound("amounts_per_day", now));
    });
  }
  return limits;
}

function limitsOfRun(run: RunClaims, tool: LimitedTool, sums: readonly SumLimits[], tally: Tally): Limit[] {
  const { id, workflow, calls, writes } = run;
  const bound = (name: string) => ({
    who: `A run of ${workflow}`,
    name,
    where: `under limits: in workflows/${workflow}.yaml`,
    period: "",
    again: () => "Another run has all of it again.",
  });
  const limits: Limit[] = [];
  if (calls !== undefined)
    limits.push(() => requireFewer(calls, tally.ofRun(id).calls, "call", bound("calls")));
  if (writes !== undefined && tool.effect !== "read")
    limits.push(() => requireFewer(writes, tally.ofRun(id).writes, "write", bound("writes")));
  for (const sum of sums) limits.push((asked) => spend(sum, asked, tally.ofRun(id), bound("amounts")));
  return limits;
}

/** Finds the amount limits on a tool in a list; each list is sorted by tool once. */
function sumsFinder() {
  const sorted = new WeakMap<readonly AmountLimit[], ReturnType<typeof limitsByTool>>();
  return (amounts: readonly AmountLimit[] | undefined, { id }: LimitedTool): readonly SumLimits[] => {
    if (amounts === undefined || id === undefined) return [];
    const known = sorted.get(amounts) ?? limitsByTool(amounts);
    sorted.set(amounts, known);
    return known.get(id) ?? [];
  };
}
