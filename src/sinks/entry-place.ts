import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import type { Entry } from "../audit/entry.ts";
import { type TracePlace, tracePlaceOf, tracePlaceOfRun } from "../core/trace-context.ts";

/** Where an entry stands among the traces. */
export interface EntryPlace {
  context: SpanContext;
  parent: SpanContext | undefined;
}

/**
 * A span's ids are made of the entry's own hash: what is sent a second time is the same span, and no other workspace's.
 * Its parent is what the caller said, else the run.
 */
export function entryPlace(entry: Entry, leaf: Uint8Array, origin: string): EntryPlace {
  const digest = Buffer.from(leaf).toString("hex");
  const run = entry.run === undefined ? undefined : tracePlaceOfRun(entry.run, origin);
  if (run !== undefined && isRunEnd(entry)) return { context: spanContext(run), parent: undefined };
  const parent = entry.traceparent === undefined ? run : tracePlaceOf(entry.traceparent);
  const traceId = parent?.traceId ?? digest.slice(16, 48);
  return {
    context: spanContext({ traceId, spanId: digest.slice(0, 16) }),
    parent: parent && { ...spanContext(parent), isRemote: true },
  };
}

/** Whether an entry ends a run, whose span it therefore is. */
export function isRunEnd({ kind, tool }: Entry): boolean {
  return kind === "run" && tool === "ringmain.finish_run";
}

function spanContext(place: TracePlace): SpanContext {
  return { ...place, traceFlags: TraceFlags.SAMPLED };
}
