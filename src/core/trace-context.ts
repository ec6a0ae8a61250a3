import { createHash } from "node:crypto";

/** A place in a trace (W3C Trace Context): lower-case hex, 32 and 16 digits. */
export interface TracePlace {
  traceId: string;
  spanId: string;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Far more than any version that one may meet; what is longer is not even looked at. */
const longest = 256;

/**
 * Reads a `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header). A version above 00 is read as the
 * standard says, by its first four fields, and given back as version 00. Undefined for anything else: a caller's
 * tracing is its own business, and no reason to refuse a call.
 */
export function readTraceparent(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > longest) return undefined;
  const [, version, traceId = "", spanId = "", flags, more] = pattern.exec(value) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return `00-${traceId}-${spanId}-${flags}`;
}

/** Where a `traceparent` that `readTraceparent` gave points to. */
export function tracePlaceOf(traceparent: string): TracePlace {
  return { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52) };
}

/**
 * The place of a run: every process that works on a run, and whoever reads the trail later, comes to the same one.
 * `origin` tells workspaces apart, whose scheduled runs may have the same ids.
 */
export function tracePlaceOfRun(runId: string, origin: string): TracePlace {
  const digest = createHash("sha256").update(`ringmain run\n${origin}\n${runId}`).digest("hex");
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

/** A place as its children are told of it; always sampled. */
export function traceparentOf({ traceId, spanId }: TracePlace): string {
  return `00-${traceId}-${spanId}-01`;
}
