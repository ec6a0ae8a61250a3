import type { Entry } from "../audit/entry.ts";
import { countRanges } from "../audit/entry-ranges.ts";
import { counted } from "./counted.ts";
import type { Terminal } from "./terminal.ts";

export const entryHeading =
  "     #  time      principal             tool                              outcome";

const marks: Record<Entry["outcome"], string> = {
  done: "✓",
  replayed: "↻",
  denied: "✗",
  failed: "!",
  unknown: "?",
};

/** One entry on one line, for people. */
export function entryLine(entry: Entry, colour: Terminal["colour"]): string {
  const paint = {
    done: colour.green,
    replayed: colour.cyan,
    denied: colour.red,
    failed: colour.yellow,
    unknown: colour.magenta,
  }[entry.outcome];
  const columns = [
    colour.dim(String(entry.seq).padStart(6)),
    colour.dim(entry.time.slice(11, 19)),
    entry.principal.padEnd(21),
    entry.tool.padEnd(33),
    paint(`${marks[entry.outcome]} ${entry.outcome}`.padEnd(10)),
    detailOf(entry, colour),
  ];
  return columns.join("  ").trimEnd();
}

function detailOf(entry: Entry, colour: Terminal["colour"]): string {
  if (entry.error !== undefined) return `${entry.error}: ${entry.reason ?? ""}`;
  const parts: string[] = [];
  if (entry.replay_of !== undefined) parts.push(`of #${entry.replay_of}`);
  if (entry.workflow !== undefined) parts.push([entry.workflow, entry.step].filter(Boolean).join(" › "));
  if (entry.changed.length > 0)
    parts.push(
      entry.changed
        .map(([, id]) => id)
        .slice(0, 3)
        .join(" "),
    );
  if (entry.approver !== undefined) parts.push(`approved by ${entry.approver}`);
  if (entry.subject !== undefined) parts.push(entry.subject);
  if (entry.erased !== undefined) parts.push(counted(countRanges(entry.erased), "payload"));
  if (entry.erased_before !== undefined) parts.push(`from before ${entry.erased_before}`);
  if (entry.reason !== undefined) parts.push(entry.reason);
  return colour.dim(parts.join("  "));
}
