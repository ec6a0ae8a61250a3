import { parseDuration } from "../core/duration.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import type { Fault } from "./types.ts";

export type Report = (path: YamlPath, fault: Fault) => void;

/** Reads a duration, or reports why it is none. */
export function readDuration(text: string, path: YamlPath, report: Report): number | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined && duration > 0) return duration;
  const hint = "For instance 30s, 15m, 1h30m or 2d.";
  report(path, { code: "duration", message: `"${text}" is not a duration.`, hint });
  return undefined;
}
