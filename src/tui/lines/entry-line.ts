import type { EntryRow } from "../port.ts";
import { cell, type Line, oneLine, type Tone } from "./line.ts";
import { localClock } from "./local-time.ts";
import { shortId } from "./short-id.ts";

const marks: Record<EntryRow["outcome"], { mark: string; tone: Tone }> = {
  done: { mark: "✓", tone: "good" },
  replayed: { mark: "↻", tone: "accent" },
  denied: { mark: "✗", tone: "bad" },
  failed: { mark: "!", tone: "warn" },
  unknown: { mark: "?", tone: "warn" },
};

/** One entry of the trail on one row; `who` adds its principal. Columns grow with the width. */
export function entryLine(entry: EntryRow, options: { width: number; who: boolean }): Line {
  const { width, who } = options;
  const wide = width >= 100;
  const { mark, tone } = marks[entry.outcome];
  const columns: Line = [
    { text: `${String(entry.seq).padStart(4)} `, tone: "dim" },
    ...(width >= 60 ? [{ text: `${localClock(new Date(entry.time))} `, tone: "dim" } as const] : []),
    ...(who ? [{ text: `${cell(entry.principal, wide ? 22 : 16)} ` }] : []),
    { text: `${cell(entry.tool, wide ? 33 : 28)} ` },
    { text: mark, tone },
  ];
  const { error, reason, policies, outcome, step = "" } = entry;
  if (error !== undefined) {
    const why =
      outcome === "denied" && policies.length > 0 ? ` by ${policies.join(", ")}` : `: ${reason ?? ""}`;
    const where = step === "" ? "" : `  ${step}`;
    return [...columns, { text: ` ${error}`, tone }, { text: oneLine(`${why}${where}`), tone: "dim" }];
  }
  return [...columns, { text: ` ${oneLine(detailOf(entry, wide))}`, tone: "dim" }];
}

/** Where it happened, what it changed and why, or only the second where room is short. */
function detailOf({ changed, step, workflow = "", reason }: EntryRow, wide: boolean): string {
  const [first] = changed;
  const place = step ?? workflow;
  if (first === undefined) return place;
  const rows = `${shortId(first)}${changed.length > 1 ? ` +${changed.length - 1}` : ""}`;
  const said = [place, rows, reason].filter((text) => text !== undefined && text !== "");
  return wide ? said.join("  ") : rows;
}
