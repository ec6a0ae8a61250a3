import type { Replay } from "../core/call-meta.ts";
import type { Json } from "../core/json.ts";

/** One call of one tool. */
export interface CallRequest {
  /** `server.tool` */
  tool: string;
  arguments: Record<string, Json>;
  /** Who calls: the signed token of a run. Defaults to the hub's own. */
  token?: string | undefined;
  /** The stable path of the step that calls. */
  step?: string | undefined;
  /** The idempotency key. With it, or with `once`, the hub sends the call again when its server dies. */
  key?: string | undefined;
  /** The business key, workspace-wide. */
  once?: string | undefined;
  /** Where the caller's trace is (W3C Trace Context), for the server's record. */
  traceparent?: string | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface CallAnswer {
  result: Json;
  /** The sequence number of the call's audit entry. */
  entry: number;
  /** Present when an earlier call did the work. */
  replayed?: Replay;
}

/** The particulars of an error that a server answered with. */
export interface CallErrorDetails {
  /** The sequence number of the entry that records the refusal or failure. */
  entry: number | undefined;
  /** The ids of the policies that refused the call. */
  policies: readonly string[];
  /** The request for approval on which the call waits, or by which it was refused. */
  approval?: string;
}

/** Whether the server can tell a second sending of this call from a second call. */
export function isKeyed(request: CallRequest): boolean {
  return request.key !== undefined || request.once !== undefined;
}
