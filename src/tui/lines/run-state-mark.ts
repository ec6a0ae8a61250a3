import type { RunState } from "../port.ts";
import type { Tone } from "./line.ts";

const marks: Record<RunState, { mark: string; tone: Tone }> = {
  pending: { mark: "·", tone: "dim" },
  running: { mark: "▸", tone: "accent" },
  interrupted: { mark: "‖", tone: "warn" },
  waiting: { mark: "?", tone: "warn" },
  done: { mark: "✓", tone: "good" },
  failed: { mark: "✗", tone: "bad" },
  cancelled: { mark: "–", tone: "dim" },
};

/** How a run's state is drawn, also where there is no colour. */
export function runStateMark(state: RunState): { mark: string; tone: Tone } {
  return marks[state];
}
