import { ProtobufLogsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { parseEntry } from "../audit/read.ts";
import { entryLog } from "./entry-log.ts";
import { entrySpan } from "./entry-span.ts";
import { readHeaders } from "./otlp-headers.ts";
import { collectorAnswers, postToCollector } from "./post-to-collector.ts";
import type { Progress, Sink, Taken, TrailEntry } from "./sink.ts";
import { telemetryResource } from "./telemetry-resource.ts";

export type OtlpSignal = "traces" | "logs";

export interface OtlpSinkOptions {
  name: string;
  /** Where the collector is, without the path of a signal. */
  url: string;
  signal: OtlpSignal;
  headersEnv?: string | undefined;
  environment: NodeJS.ProcessEnv;
  workspaceName: string;
  /** Tells this workspace's runs from others'. */
  origin: string;
  runStarted(run: string): string | undefined;
}

const entriesAtOnce = 512;

/**
 * Sends entries to an OpenTelemetry collector, as spans or as log records: protobuf over HTTP
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp). The packages' own exporters are not used: they try again by the
 * clock of the wall, read settings from the environment, and tell nobody what the collector did not take.
 */
export function createOtlpSink(options: OtlpSinkOptions): Sink {
  const { name, url, signal: kind, headersEnv, environment } = options;
  const endpoint = `${url.replace(/\/+$/, "")}/v1/${kind}`;
  const encode = encoderOf(options);
  let batchSize = entriesAtOnce;
  return {
    name,
    batchSize: () => batchSize,
    async take(entries, { position }, signal): Promise<Taken> {
      const reached: Progress = { position: entries.at(-1)?.seq ?? position };
      const body = encode(entries);
      if (body === undefined) return reached;
      const headers = headersEnv === undefined ? {} : readHeaders(headersEnv, environment);
      const answer = await postToCollector({ endpoint, headers, body, signal });
      // what is too large as one is sent in halves from now on
      if (answer.status === collectorAnswers.tooLarge && entries.length > 1) {
        batchSize = Math.ceil(entries.length / 2);
        return { position };
      }
      if (answer.error !== undefined) throw answer.error;
      const rejected = rejectedOf(kind, answer.body);
      if (rejected === 0) return reached;
      // the protocol forbids to send them again: the collector would reject them again
      const what = kind === "traces" ? "spans" : "log records";
      return {
        ...reached,
        note: `The collector rejected ${rejected} ${what} up to entry ${reached.position}.`,
      };
    },
  };
}

/** Makes a request of entries; undefined when none of them is anything to send. */
function encoderOf(options: OtlpSinkOptions): (entries: readonly TrailEntry[]) => Uint8Array | undefined {
  const { signal, workspaceName, origin, runStarted } = options;
  const context = { resource: telemetryResource(workspaceName), origin, runStarted };
  if (signal === "logs") {
    return (entries) =>
      ProtobufLogsSerializer.serializeRequest(
        entries.map(({ body, leaf }) => entryLog(parseEntry(body), leaf, context)),
      );
  }
  return (entries) => {
    const spans = entries.flatMap(({ body, leaf }) => entrySpan(parseEntry(body), leaf, context) ?? []);
    return spans.length === 0 ? undefined : ProtobufTraceSerializer.serializeRequest(spans);
  };
}

/** How many of a request's records the collector says that it did not take. */
function rejectedOf(signal: OtlpSignal, body: Uint8Array): number {
  try {
    const rejected =
      signal === "traces"
        ? ProtobufTraceSerializer.deserializeResponse(body).partialSuccess?.rejectedSpans
        : ProtobufLogsSerializer.deserializeResponse(body).partialSuccess?.rejectedLogRecords;
    return Number(rejected ?? 0);
  } catch {
    return 0; // many a collector answers with something else, and means success
  }
}
