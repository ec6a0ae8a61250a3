import type { EntryRow } from "../port.ts";
import { cell, type Line, oneLine, type Tone } from "./line.ts";
import { localClock } from "./local-time.ts";

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
    { text: `${String(entry.seq).padStart(5)} `, tone: "dim" },
    ...(width >= 60 ? [{ text: `${localClock(new Date(entry.time))} `, tone: "dim" } as const] : []),
    ...(who ? [{ text: `${cell(entry.principal, wide ? 22 : 16)} ` }] : []),
    { text: `${cell(entry.tool, wide ? 33 : 29)} ` },
    { text: mark, tone },
  ];
  if (entry.error !== undefined) {
    const by = entry.policies.length > 0 && entry.outcome === "denied" ? ` by ${entry.policies.join(", ")}` : "";
    const why = by === "" && entry.reason !== undefined ? `: ${entry.reason}` : by;
    return [...columns, { text: ` ${entry.error}`, tone }, { text: oneLine(why), tone: "dim" }];
  }
  return [...columns, { text: ` ${oneLine(detailOf(entry, wide))}`, tone: "dim" }];
}

function detailOf(entry: EntryRow, wide: boolean): string {
  const [changed] = entry.changed;
  const place = entry.step ?? entry.workflow;
  const more = entry.changed.length > 1 ? ` +${entry.changed.length - 1}` : "";
  if (!wide) return changed === undefined ? (place ?? "") : `${shorten(changed)}${more}`;
  const parts = [place === undefined ? "" : stepOf(place), changed === undefined ? "" : `${shorten(changed)}${more}`];
  return parts.filter(Boolean).join("  ");
}

/** A step's path without its loop keys. */
function stepOf(path: string): string {
  return path.replace(/\[[^\]]*\]/g, "");
}

function shorten(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
