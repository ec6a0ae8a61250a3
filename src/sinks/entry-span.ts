import { type HrTime, SpanKind, type SpanStatus, SpanStatusCode } from "@opentelemetry/api";
import type { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { Resource } from "@opentelemetry/resources";
import type { Entry } from "../audit/entry.ts";
import { entryAttributes, mcpRequestOf } from "./entry-attributes.ts";
import { entryPlace, isRunEnd } from "./entry-place.ts";
import { emitter } from "./telemetry-resource.ts";

type ReadableSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

export interface SpanOptions {
  resource: Resource;
  /** Tells this workspace's runs from others'. */
  origin: string;
  /** When a run started. */
  runStarted(run: string): string | undefined;
}

/** A call, or a run that has ended, as a span. Any other entry is none. */
export function entrySpan(entry: Entry, leaf: Uint8Array, options: SpanOptions): ReadableSpan | undefined {
  if (entry.kind !== "call" && !isRunEnd(entry)) return undefined;
  const { context, parent } = entryPlace(entry, leaf, options.origin);
  const { name, kind, startUs, endUs } = entry.kind === "call" ? ofCall(entry) : ofRun(entry, options);
  return {
    name,
    kind,
    spanContext: () => context,
    ...(parent && { parentSpanContext: parent }),
    startTime: hrTime(startUs),
    endTime: hrTime(endUs),
    duration: hrTime(endUs - startUs),
    status: statusOf(entry),
    attributes: entryAttributes(entry),
    links: [],
    events: [],
    ended: true,
    resource: options.resource,
    instrumentationScope: emitter,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** An entry's time is when its call began within the transaction. */
function ofCall(entry: Entry) {
  const { method, target } = mcpRequestOf(entry);
  const startUs = Date.parse(entry.time) * 1_000;
  const name = target === undefined ? method : `${method} ${target}`;
  return { name, kind: SpanKind.SERVER, startUs, endUs: startUs + entry.duration_us };
}

function ofRun({ run = "", workflow, time }: Entry, { runStarted }: SpanOptions) {
  const name = `invoke_workflow ${workflow ?? ""}`.trimEnd();
  return {
    name,
    kind: SpanKind.INTERNAL,
    startUs: Date.parse(runStarted(run) ?? time) * 1_000,
    endUs: Date.parse(time) * 1_000,
  };
}

/** The error's own text is made for callers to see, and repeats no arguments. */
function statusOf({ error, reason }: Entry): SpanStatus {
  if (error === undefined) return { code: SpanStatusCode.UNSET };
  return { code: SpanStatusCode.ERROR, ...(reason !== undefined && { message: reason }) };
}

/** Microseconds since 1970 as seconds and nanoseconds. */
export function hrTime(us: number): HrTime {
  return [Math.floor(us / 1_000_000), (us % 1_000_000) * 1_000];
}
