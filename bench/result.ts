import { median, type Rounds, ratioOf } from "./measure.ts";

type Rate = "calls/s" | "entries/s";

/** One line of the table. */
export interface Result {
  name: string;
  unit: "µs" | "ms" | Rate;
  ours: number;
  baseline: number;
  /** Ours by the baseline. */
  ratio: number;
  /** What the ratio must be: at most this for a time, at least this for a rate. Absent where nothing is promised. */
  target?: number;
  /** How long ours may take at most, in milliseconds, whatever the baseline. */
  limitMs?: number;
  ok: boolean;
}

interface Comparison {
  name: string;
  ours: Rounds;
  baseline: Rounds;
  target?: number;
}

/** Compares how long two sides take. */
export function compareTimes({ name, ours, baseline, target }: Comparison): Result {
  const inMs = median(ours) >= 10;
  const scale = inMs ? 1 : 1000;
  const ratio = ratioOf(ours, baseline);
  return {
    name,
    unit: inMs ? "ms" : "µs",
    ours: median(ours) * scale,
    baseline: median(baseline) * scale,
    ratio,
    ...(target !== undefined && { target }),
    ok: target === undefined || ratio <= target,
  };
}

/** Compares how many calls, or entries, two sides handle in a second, given how long they take for one. */
export function compareRates({
  name,
  ours,
  baseline,
  target,
  unit = "calls/s",
}: Comparison & { unit?: Rate }): Result {
  const ratio = ratioOf(baseline, ours);
  return {
    name,
    unit,
    ours: 1000 / median(ours),
    baseline: 1000 / median(baseline),
    ratio,
    ...(target !== undefined && { target }),
    ok: target === undefined || ratio >= target,
  };
}

/** The table that people read. */
export function formatTable(results: readonly Result[]): string {
  const heads = ["", "ours", "baseline", "unit", "ratio", "target", ""];
  const rows = results.map(({ name, unit, ours, baseline, ratio, target, limitMs, ok }) => {
    const sign = unit.endsWith("/s") ? "≥" : "≤";
    const wanted =
      limitMs !== undefined ? `≤ ${limitMs} ms` : target === undefined ? "" : `${sign} ${target}`;
    const mark = wanted === "" ? "" : ok ? "ok" : "MISSED";
    return [name, figure(ours), figure(baseline), unit, ratio.toFixed(2), wanted, mark];
  });
  const widths = heads.map((_, column) =>
    Math.max(...[heads, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [heads, ...rows].map(line).join("\n");
}

function figure(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}
