import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { createAppender } from "../audit/append.ts";
import type { Entry } from "../audit/entry.ts";
import type { RingmainError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Effect } from "../core/tool-description.ts";
import { transact } from "../db/transaction.ts";
import { type Person, refusalOf } from "./person.ts";

/** What a person decides, as it stands in the trail. */
export interface Act extends Pick<Entry, "subject" | "erased_before"> {
  kind: Extract<Entry["kind"], "client" | "pause" | "adopt" | "approval" | "erasure">;
  /** `ringmain.pause` */
  tool: string;
  effect: Effect;
  /** The principal that it is about. */
  principal?: string | undefined;
  /** Why, in the person's own words. They stay in the trail for ever. */
  reason?: string | undefined;
  /** The request for approval that it is about. */
  approval?: string | undefined;
}

/** What an act did. */
export interface Deed<T> {
  answer: T;
  changed: Entry["changed"];
  /** The entries whose payloads it erased. */
  erased?: Entry["erased"];
  /** Told the number of the entry, in the same transaction. */
  recorded?: (entry: number) => void;
}

/**
 * Does something as a person: the rows and the entry that says who did it, when and why, in one transaction. `work`
 * tells what it changed or erased; an act that did nothing leaves no entry. Throws POLICY_DENIED or PAUSED, and records
 * that, when the person may not; likewise what `mayNot` returns, who is asked in the transaction.
 */
export async function actAsPerson<T>(
  options: {
    database: DatabaseSync;
    /** Authenticates what is written to the trail. */
    writerKey: KeyObject;
    person: Person;
    act: Act;
    now: Date;
    mayNot?: () => RingmainError | undefined;
  },
  work: (by: string) => Deed<T>,
): Promise<T> {
  const { database, person, act, now, mayNot = () => undefined } = options;
  const appender = createAppender(database, options.writerKey);
  const outcome = await transact(database, () => {
    const refusal = refusalOf(person, database) ?? mayNot();
    const done = refusal === undefined ? work(person.principal) : undefined;
    const erased = done?.erased?.length === 0 ? undefined : done?.erased;
    if (done?.changed.length === 0 && erased === undefined) return done;
    const { kind, tool, effect, principal, reason, subject, approval, erased_before } = act;
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
        subject,
        erased,
        erased_before,
      },
      principal === undefined ? {} : { arguments: canonicalJson({ principal }) },
    );
    appender.store();
    done?.recorded?.(entry);
    return done ?? refusal;
  });
  if (outcome === undefined || !("answer" in outcome)) throw outcome;
  return outcome.answer;
}
