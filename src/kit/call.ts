import type { Verdict } from "../approval/gate.ts";
import type { EntryDraft } from "../audit/entry.ts";
import type { Replay } from "../core/call-meta.ts";
import type { RingmainError } from "../core/errors.ts";
import type { Identity } from "../identity/principal.ts";
import type { AnyTool } from "./tool.ts";
import type { View } from "./view.ts";

/** A call as it arrives, unverified. */
export interface IncomingCall {
  /** The tool's name, without the server's. */
  tool: string;
  arguments: unknown;
  /** Whether `tool` names a view (a resource, a prompt or a completion, view.ts) instead. */
  isView?: boolean | undefined;
  /** Finds out who calls. Rejects with the reason when the token or credential is bad. */
  identify: () => Promise<Identity>;
  step?: string | undefined;
  /** The idempotency key: scoped by principal and tool. */
  key?: string | undefined;
  /** The business key: scoped by tool. */
  once?: string | undefined;
  /** What the client calls itself. */
  client?: string | undefined;
  /** Where the caller's own trace is (core/trace-context.ts). */
  traceparent?: string | undefined;
}

/** What a call is answered with, once its entry is on the disk. */
export interface Answer {
  /** The sequence number of the entry. */
  entry: number;
  /** Canonical JSON of the result. Absent when there is an error. */
  result?: string;
  error?: RingmainError;
  /** The policies that refused it. */
  policies: readonly string[];
  /** Present when an earlier call did the work. */
  replayed?: Replay;
}

/** A tool with what every call of it needs. */
export type ServedTool<Context> = AnyTool<Context> & {
  /** `server.tool` */
  id: string;
  /** Of its definition; computed when first asked for. */
  hash(): string;
};

/** A call whose caller and arguments are known, ready for its transaction. */
export interface PreparedCall<Context> {
  incoming: IncomingCall;
  identity: Identity;
  tool: ServedTool<Context> | undefined;
  /** What is asked for, when it is no tool. */
  view: View<Context> | undefined;
  input: Record<string, unknown>;
  /** Canonical JSON of the parsed arguments, or of what came when they are invalid. */
  argumentsText: string;
  /** Why it is refused before the transaction; recorded inside it. */
  refusal?: RingmainError;
}

/** What is known of a call while it is tried. */
export interface Attempt {
  decision: "allow" | "deny" | "none";
  policies: string[];
  changed: EntryDraft["changed"];
  /** What it counts towards the amount limits of its caller when it succeeds. */
  spent?: EntryDraft["spent"];
  /** Whether it has touched the store, so that a savepoint stands before its first query. */
  savepoint: boolean;
  /** Canonical JSON of the facts that policies saw; absent when none looked at the call. */
  facts?: string;
  /** The whole result, as the trail keeps it. */
  result?: string;
  /** What the caller is shown of it, when policies withhold something. */
  shown?: string;
  /** What is withheld: marks of masked fields, and `records` for items left out. */
  withheld?: string[];
  error?: RingmainError;
  replayed?: Replay;
  /** What became of a call that needs a person's yes, once that is known. */
  verdict?: Verdict;
}
