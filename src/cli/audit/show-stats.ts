import type { EntryFilter } from "../../audit/read.ts";
import { type EntryCount, type EntryStats, entryStats, type Grouping } from "../../audit/stats.ts";
import type { GlobalOptions } from "../command.ts";
import { readTrail } from "../read-trail.ts";
import { timeText } from "../why/cause-text.ts";

/** Shows how many entries there are, of whom and of what, and how long calls took. */
export function showStats(by: readonly Grouping[], filter: EntryFilter, global: GlobalOptions): void {
  const { terminal, json } = global;
  using trail = readTrail(global.workspace);
  const { database } = trail;
  const stats = entryStats(database, filter, by);
  if (json) {
    terminal.json(document(stats, filter));
    return;
  }
  if (stats.all.entries === 0) {
    terminal.note("No entries.");
    return;
  }
  const { colour } = terminal;
  for (const [index, line] of statsLines(stats).entries())
    terminal.print(line.heading && index > 0 ? colour.bold(line.text) : line.text);
}

/** The tables, a line each; they fit 80 columns unless a name is long. */
export function statsLines({ all, first, last, by }: EntryStats): { text: string; heading: boolean }[] {
  const groups = Object.entries(by);
  const names = groups.flatMap(([, counts = []]) => counts.map(({ name }) => name));
  const width = Math.max("all entries".length, ...names.map((name) => name.length));
  const heading = (text: string) => ({ text, heading: true });
  const row = (name: string, count: EntryCount) => ({ text: countLine(name, count, width), heading: false });
  const columns = ["entries", "done", "again", "denied", "failed", "median", "p95"];
  const lines = [
    heading(`${timeText(first)} to ${timeText(last)}`),
    heading(`${" ".repeat(width)}${columns.map((name) => name.padStart(cell)).join("")}`),
    row("all entries", all),
  ];
  for (const [grouping, counts = []] of groups) {
    lines.push({ text: "", heading: false }, heading(`by ${grouping}`));
    lines.push(...counts.map((count) => row(count.name, count)));
  }
  return lines;
}

const cell = 8;

function countLine(name: string, count: EntryCount, width: number): string {
  const { done, replayed, denied, failed, unknown } = count.outcomes;
  const counts = [count.entries, done, replayed, denied, failed + unknown].map((number) =>
    number.toLocaleString("en"),
  );
  const cells = [...counts, durationText(count.medianUs), durationText(count.p95Us)];
  return `${name.padEnd(width)}${cells.map((text) => text.padStart(cell)).join("")}`.trimEnd();
}

function durationText(us: number | undefined): string {
  if (us === undefined) return "";
  if (us < 1000) return `${us} µs`;
  if (us < 100_000) return `${(us / 1000).toFixed(1)} ms`;
  return us < 1_000_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}

function document({ all, first, last, by }: EntryStats, { since, until }: EntryFilter) {
  const groups = Object.entries(by).map(([grouping, counts = []]) => [
    grouping,
    counts.map(({ name, ...count }) => ({ [grouping]: name, ...countDocument(count) })),
  ]);
  return { since, until, first, last, ...countDocument(all), by: Object.fromEntries(groups) };
}

function countDocument({ entries, outcomes, medianUs, p95Us }: EntryCount) {
  return { entries, outcomes, median_us: medianUs, p95_us: p95Us };
}
