import type { SinkConfig } from "../core/workspace-file.ts";
import { configuredSinks } from "./configured-sinks.ts";
import { readSinkState, type SinkFailure } from "./sink-state.ts";

/** How a sink stands. */
export interface SinkStatus {
  sink: string;
  kind: "file" | "traces" | "logs";
  target: string;
  /** Every entry up to this one has arrived. */
  position: number;
  /** How many entries have not. */
  lag: number;
  /** When the last ones arrived. */
  moved_at: string | null;
  failure: SinkFailure | null;
}

/** How the configured sinks stand, as their stored positions say. `entries` is the size of the trail. */
export function sinkStatuses(
  configs: readonly SinkConfig[],
  options: { stateDir: string; entries: number },
): SinkStatus[] {
  return configuredSinks(configs).map(({ name, kind, target }) => {
    const { progress, failure } = readSinkState(options.stateDir, name) ?? {};
    const position = progress?.position ?? 0;
    return {
      sink: name,
      kind,
      target,
      position,
      lag: Math.max(0, options.entries - position),
      moved_at: progress?.movedAt ?? null,
      failure: failure ?? null,
    };
  });
}
