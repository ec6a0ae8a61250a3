import { z } from "zod";
import { errorCodes } from "./errors.ts";
import { isRecord } from "./json.ts";

/** The keys under which Ringmain's own fields travel in the `_meta` of MCP messages. */
export const metaKey = {
  /** Request: the signed token of a run, or of the person at the keyboard. */
  token: "dev.ringmain/token",
  /** Request: the stable path of the step that calls. */
  step: "dev.ringmain/step",
  /** Request: the idempotency key, scoped by principal and tool. */
  key: "dev.ringmain/key",
  /** Request: the business key, scoped by tool across the workspace. */
  once: "dev.ringmain/once",
  /** Request: where the caller's own trace is, under MCP's own key for it (SEP-414). */
  traceparent: "traceparent",
  /** Result: the sequence number of the audit entry. */
  entry: "dev.ringmain/entry",
  /** Result: that this is the stored result of an earlier call. */
  replayed: "dev.ringmain/replayed",
  /** Result: the error, when there is one. */
  error: "dev.ringmain/error",
  /** Tool definition: its effect. */
  effect: "dev.ringmain/effect",
  /** Tool definition: the JSON Schema of the facts that a policy may look at. */
  facts: "dev.ringmain/facts",
} as const;

/**
 * The experimental capability by which a server says that it is built on the kit, so that each of its calls is
 * permitted and recorded: `experimental: { "dev.ringmain/kit": { version: 1 } }`.
 */
export const kitCapability = "dev.ringmain/kit";

/** An error as it travels to a caller. */
export const callError = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean().default(false),
  /** The ids of the policies that refused the call. */
  policies: z.array(z.string()).default([]),
  /** The request for approval (`apr_…`) on which the call waits, or by which it was refused. */
  approval: z.string().optional(),
});
export type CallError = z.infer<typeof callError>;

/** The request for approval that the `details` of a call's error name. */
export function approvalOf(details: unknown): string | undefined {
  return isRecord(details) && typeof details.approval === "string" ? details.approval : undefined;
}

/** Says that a result was stored by an earlier call. */
export const replay = z.object({
  /** The entry of the call that did the work. */
  entry: z.int(),
  /** The run that did it, when a run did. */
  run: z.string().optional(),
});
export type Replay = z.infer<typeof replay>;
