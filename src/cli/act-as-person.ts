import type { DatabaseSync } from "node:sqlite";
import { createAppender } from "../audit/append.ts";
import type { Entry } from "../audit/entry.ts";
import type { RingmainError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Effect } from "../core/tool-description.ts";
import { transact } from "../db/transaction.ts";
import { type Person, refusalOf } from "./person.ts";

/** What a person decides about a principal, as it stands in the trail. */
export interface Act {
  kind: Extract<Entry["kind"], "client" | "pause" | "approval">;
  /** `ringmain.pause` */
  tool: string;
  effect: Effect;
  /** Whom it is about. */
  principal: string;
  /** Why, in the person's own words. They stay in the trail for ever. */
  reason?: string | undefined;
  /** The request for approval that it is about. */
  approval?: string | undefined;
}

/** What was done, as rows. */
interface Done<T> {
  answer: T;
  changed: Entry["changed"];
  /** Told the number of the entry, in the same transaction. */
  recorded?: (entry: number) => void;
}

/**
 * Does something to principals as a person: the rows and the entry that says who did it, when and why, in one
 * transaction. `work` tells what it changed; an act that changed nothing leaves no entry. Throws POLICY_DENIED or
 * PAUSED, and records that, when the person may not; likewise what `mayNot` returns, who is asked in the transaction.
 */
export async function actAsPerson<T>(
  options: {
    database: DatabaseSync;
    person: Person;
    act: Act;
    now: Date;
    mayNot?: () => RingmainError | undefined;
  },
  work: (by: string) => Done<T>,
): Promise<T> {
  const { database, person, act, now, mayNot = () => undefined } = options;
  const appender = createAppender(database);
  const outcome = await transact(database, () => {
    const refusal = refusalOf(person, database) ?? mayNot();
    const done = refusal === undefined ? work(person.principal) : undefined;
    if (done?.changed.length === 0) return done;
    const { kind, tool, effect, principal, reason, approval } = act;
    appender.load();
    const entry = appender.append(
      {
        time: now.toISOString(),
        kind,
        principal: person.principal,
        verified_by: "runner",
        server: "ringmain",
        tool,
        effect,
        decision: refusal === undefined ? "allow" : "deny",
        policies: [],
        outcome: refusal === undefined ? "done" : "denied",
        error: refusal?.code,
        reason: refusal?.message ?? reason,
        approval,
        duration_us: 0,
        changed: done?.changed ?? [],
      },
      { arguments: canonicalJson({ principal }) },
    );
    appender.store();
    done?.recorded?.(entry);
    return done ?? refusal;
  });
  if (outcome === undefined || !("answer" in outcome)) throw outcome;
  return outcome.answer;
}
