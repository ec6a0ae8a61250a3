import { resolve } from "node:path";
import { parseByteSize } from "../core/byte-size.ts";
import type { OtlpSinkConfig, SinkConfig } from "../core/workspace-file.ts";
import { createFileSink } from "./file-sink.ts";
import type { OtlpSignal } from "./otlp-sink.ts";
import type { Sink } from "./sink.ts";

/** A sink that ringmain.yaml names: an address for traces and logs is two, each with its own position. */
interface ConfiguredSink {
  name: string;
  kind: "file" | OtlpSignal;
  /** As it stands in ringmain.yaml. */
  target: string;
  make(use: SinkUse): Promise<Sink>;
}

/** What sinks need besides their own settings. */
export interface SinkUse {
  workspaceDir: string;
  workspaceName: string;
  /** Tells this workspace's runs from others'. */
  origin: string;
  environment: NodeJS.ProcessEnv;
  runStarted(run: string): string | undefined;
}

/** The sinks under `audit:` of ringmain.yaml. */
export function configuredSinks(configs: readonly SinkConfig[]): ConfiguredSink[] {
  return configs.flatMap((config) => {
    if ("otlp" in config) return otlpSinks(config);
    const { file, rotate, keep } = config;
    const name = `file ${file}`;
    return {
      name,
      kind: "file" as const,
      target: file,
      make: async ({ workspaceDir }: SinkUse) =>
        createFileSink({
          name,
          path: resolve(workspaceDir, file),
          rotateBytes: parseByteSize(rotate) ?? Number.POSITIVE_INFINITY,
          keep,
        }),
    };
  });
}

function otlpSinks({ otlp, traces, logs, headers_env }: OtlpSinkConfig): ConfiguredSink[] {
  const signals: OtlpSignal[] = [
    ...(traces ? (["traces"] as const) : []),
    ...(logs ? (["logs"] as const) : []),
  ];
  return signals.map((signal) => {
    const name = `${signal} ${otlp}`;
    return {
      name,
      kind: signal,
      target: otlp,
      async make(use) {
        // loaded where entries are sent and nowhere else
        const { createOtlpSink } = await import("./otlp-sink.ts");
        return createOtlpSink({ ...use, name, url: otlp, signal, headersEnv: headers_env });
      },
    };
  });
}
