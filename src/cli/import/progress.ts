import type { ImportCounts } from "./import-rows.ts";

const barWidth = 24;
const redrawMs = 100;
const lineMs = 2_000;

/** Where progress is shown: stderr, so that stdout holds the report alone. */
interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Shows how far an import is: a bar on a terminal, elsewhere a line every two seconds. */
export function showProgress(options: { total: number; stream: ProgressStream; nowMs: () => number }): {
  update(counts: ImportCounts): void;
  /** Takes the bar away. */
  end(): void;
} {
  const { total, stream, nowMs } = options;
  const isTerminal = stream.isTTY === true;
  const intervalMs = isTerminal ? redrawMs : lineMs;
  let shownAt = isTerminal ? Number.NEGATIVE_INFINITY : nowMs();
  return {
    update(counts) {
      const now = nowMs();
      if (now - shownAt < intervalMs) return;
      shownAt = now;
      const done = counts.imported + counts.unchanged + counts.refused;
      const told = `${done} of ${total} rows${counts.refused > 0 ? `, ${counts.refused} refused` : ""}`;
      if (!isTerminal) stream.write(`${told}\n`);
      else stream.write(`\r\x1b[K${`  ${bar(done, total)}  ${told}`.slice(0, (stream.columns || 80) - 1)}`);
    },
    end() {
      if (isTerminal) stream.write("\r\x1b[K");
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.min(barWidth, Math.floor((done / total) * barWidth));
  return "█".repeat(filled) + "░".repeat(barWidth - filled);
}
