import { SeverityNumber } from "@opentelemetry/api";
import type { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import type { Resource } from "@opentelemetry/resources";
import type { Entry, Outcome } from "../audit/entry.ts";
import { entryAttributes } from "./entry-attributes.ts";
import { entryPlace } from "./entry-place.ts";
import { hrTime } from "./entry-span.ts";
import { emitter } from "./telemetry-resource.ts";

type ReadableLogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

const severity: Readonly<Record<Outcome, readonly [SeverityNumber, string]>> = {
  done: [SeverityNumber.INFO, "INFO"],
  replayed: [SeverityNumber.INFO, "INFO"],
  denied: [SeverityNumber.WARN, "WARN"],
  unknown: [SeverityNumber.WARN, "WARN"],
  failed: [SeverityNumber.ERROR, "ERROR"],
};

/** Any entry as a log record, which names the entry's span or the run that it belongs to. */
export function entryLog(
  entry: Entry,
  leaf: Uint8Array,
  options: { resource: Resource; origin: string },
): ReadableLogRecord {
  const { context, parent } = entryPlace(entry, leaf, options.origin);
  const hasSpan = entry.kind === "call" || parent === undefined;
  const [severityNumber, severityText] = severity[entry.outcome];
  const time = hrTime(Date.parse(entry.time) * 1_000);
  return {
    hrTime: time,
    hrTimeObserved: time,
    spanContext: hasSpan ? context : parent,
    severityNumber,
    severityText,
    eventName: `ringmain.${entry.kind}`,
    body: [entry.principal, entry.tool, entry.outcome, entry.error].filter(Boolean).join(" "),
    // a record that comes a second time has the same uid (https://opentelemetry.io/docs/specs/semconv/registry/attributes/log/)
    attributes: { "log.record.uid": Buffer.from(leaf).toString("hex"), ...entryAttributes(entry) },
    droppedAttributesCount: 0,
    resource: options.resource,
    instrumentationScope: emitter,
  };
}
