import { z } from "zod";

/** What became of a call. `replayed` answers with the stored result of an earlier entry and does nothing. */
export const outcomes = ["done", "replayed", "denied", "failed", "unknown"] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * One line of the audit trail, as it stands in the database and in exports. Absent members are left out.
 * Arguments, facts and results are not in it: it holds salted commitments to them, so that they can be erased while
 * every proof over the entries stays valid.
 */
export const entrySchema = z.object({
  v: z.literal(1),
  /** Counts from 1 without gaps; the entry is leaf `seq - 1` of the Merkle tree. */
  seq: z.int(),
  /** RFC 3339, UTC, milliseconds. */
  time: z.string(),
  /** `call`: a tool was called. `run`: a run started or ended. `once`: the work of a business key was done. `client`: a credential was made or withdrawn. `pause`: a principal was paused or resumed. `adopt`: the trail went on under another key. `seed`: sample data. `delivery`: a message left the outbox, or was to. `approval`: a person decided about a call, or about who may. `erasure`: payloads were erased. */
  kind: z.enum([
    "call",
    "run",
    "once",
    "client",
    "pause",
    "adopt",
    "seed",
    "delivery",
    "approval",
    "erasure",
  ]),
  principal: z.string(),
  verified_by: z.string(),
  /** Name and version that the MCP client gave; nobody vouches for it. */
  client: z.string().optional(),
  server: z.string(),
  /** `server.tool` */
  tool: z.string(),
  effect: z.string(),
  /** `allow`, `deny` or `none` when the call failed before a decision. */
  decision: z.enum(["allow", "deny", "none"]),
  /** The grant that opened the tool and the ids of the policies that decided. */
  policies: z.array(z.string()),
  /** What of the result the caller was not shown: the marks of masked fields, and `records` for items left out. */
  withheld: z.array(z.string()).optional(),
  outcome: z.enum(outcomes),
  error: z.string().optional(),
  /** The error's message, which is safe to show; the arguments are not repeated in it, but for an amount that passes a limit. Or why a person did it, in their words. */
  reason: z.string().optional(),
  run: z.string().optional(),
  step: z.string().optional(),
  workflow: z.string().optional(),
  workflow_hash: z.string().optional(),
  tool_hash: z.string().optional(),
  /** Where the caller's own trace was: W3C Trace Context, version 00. Nobody vouches for it. */
  traceparent: z.string().optional(),
  key: z.string().optional(),
  once: z.string().optional(),
  /** The entry whose result was given again. */
  replay_of: z.int().optional(),
  /** The request for approval that the call made, waited for, used or was refused by, or that a person decided. */
  approval: z.string().optional(),
  /** Who approved the call. */
  approver: z.string().optional(),
  /** Microseconds from the call's start inside the transaction to its entry. */
  duration_us: z.int(),
  /** SHA-256 over label, salt and canonical JSON (`commitment.ts`), in hex. */
  arguments_commitment: z.string().optional(),
  /** Of the facts that policies saw; absent when none looked at the call. */
  facts_commitment: z.string().optional(),
  result_commitment: z.string().optional(),
  /**
   * What counts towards the caller's amount limits: the path of each sum, how much in the smallest unit, and its
   * currency, or null where it has none. Absent when no such limit binds the caller's calls of the tool.
   */
  spent: z.array(z.tuple([z.string(), z.int(), z.string().nullable()])).optional(),
  /** The rows that the call changed: table, id and version after it; version 0 for a row that it removed. */
  changed: z.array(z.tuple([z.string(), z.string(), z.int()])),
  /** Of an erasure: whose data, for instance `contact:con_…`; never what it was. */
  subject: z.string().optional(),
  /** Of an erasure: the entries whose payloads it erased, as ranges with both ends included. */
  erased: z.array(z.tuple([z.int(), z.int()])).optional(),
  /** Of an erasure by age: the time before which payloads were erased, RFC 3339. */
  erased_before: z.string().optional(),
});

export type Entry = z.infer<typeof entrySchema>;

/** What the trail adds to an entry: its place, and the commitments to its payload. */
export type EntryPlace = Pick<
  Entry,
  "seq" | "arguments_commitment" | "facts_commitment" | "result_commitment"
>;

/** An entry before the trail gives it its place. */
export type EntryDraft = Omit<Entry, "v" | keyof EntryPlace>;

/**
 * The text of an entry: its canonical JSON. The members stand here in code-unit order and hold no objects, so nothing
 * is left to sort, which would take four times as long as all the rest.
 */
export function entryText(draft: EntryDraft, place: EntryPlace): string {
  const ordered = {
    approval: draft.approval,
    approver: draft.approver,
    arguments_commitment: place.arguments_commitment,
    changed: draft.changed,
    client: draft.client,
    decision: draft.decision,
    duration_us: draft.duration_us,
    effect: draft.effect,
    erased: draft.erased,
    erased_before: draft.erased_before,
    error: draft.error,
    facts_commitment: place.facts_commitment,
    key: draft.key,
    kind: draft.kind,
    once: draft.once,
    outcome: draft.outcome,
    policies: draft.policies,
    principal: draft.principal,
    reason: draft.reason,
    replay_of: draft.replay_of,
    result_commitment: place.result_commitment,
    run: draft.run,
    seq: place.seq,
    server: draft.server,
    spent: draft.spent,
    step: draft.step,
    subject: draft.subject,
    time: draft.time,
    tool: draft.tool,
    tool_hash: draft.tool_hash,
    traceparent: draft.traceparent,
    v: 1,
    verified_by: draft.verified_by,
    withheld: draft.withheld,
    workflow: draft.workflow,
    workflow_hash: draft.workflow_hash,
  } satisfies Record<keyof Entry, unknown>;
  return JSON.stringify(ordered);
}
