import type { EntryDraft } from "../audit/entry.ts";
import type { AmountSource } from "../core/amount.ts";

/** A call that is about to be made, as far as limits look at it. */
export interface Asked extends AmountSource {
  now: Date;
}

/** The path of a sum, how much of it, and its currency. */
export type Spent = NonNullable<EntryDraft["spent"]>[number];

/**
 * Returns what a call spends of a limit that counts amounts. Throws LIMIT_EXCEEDED when the call would be too much. The
 * entries so far must be written.
 */
export type Limit = (asked: Asked) => Spent | undefined;

/** Whom a limit binds, and how it is told. */
export interface Bound {
  /** `agent:buyer` or `A run of tidy` */
  who: string;
  /** The key in its file: `writes_per_day` */
  name: string;
  /** `under limits: in agents/buyer.md` */
  where: string;
  /** ` a day`, or nothing for all of a run. */
  period: string;
  /** When there is all of it again, as a sentence. */
  again(): string;
}

/** Where the limits of `agent:NAME`, `client:NAME` or `role:NAME` are written. */
export function placeOfLimits(grantee: string): string {
  const [kind, name] = grantee.split(":", 2);
  if (kind === "agent") return `under limits: in agents/${name}.md`;
  return `under limits: of ${name} under ${kind}s: in ringmain.yaml`;
}

/** A day is a UTC day. */
export function nextDay(now: Date): string {
  const midnight = new Date(now);
  midnight.setUTCHours(24, 0, 0, 0);
  return `It starts anew at ${midnight.toISOString().replace(".000Z", "Z")}, midnight in UTC.`;
}
