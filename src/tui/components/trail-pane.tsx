import { entryLine } from "../lines/entry-line.ts";
import { line } from "../lines/line.ts";
import type { TuiState } from "../state.ts";
import { Rows } from "./rows.tsx";

/** The newest entries of the audit trail. */
export function TrailPane({ state, width, height }: { state: TuiState; width: number; height: number }) {
  const entries = state.trail.slice(-height);
  const lines =
    entries.length === 0
      ? [line(" Nothing is recorded yet. Every call will stand here.", "dim")]
      : entries.map((entry) => entryLine(entry, { width, who: true }));
  return <Rows lines={lines} width={width} height={height} />;
}
