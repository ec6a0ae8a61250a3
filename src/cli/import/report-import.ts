import { formatDuration } from "../../core/duration.ts";
import type { Terminal } from "../terminal.ts";
import type { ImportOutcome, Refusal } from "./import-rows.ts";

const mostShown = 20;

/** An import as it is told at its end. */
export interface ImportReport {
  file: string;
  tool: string;
  rows: number;
  outcome: ImportOutcome;
  dryRun: boolean;
  interrupted: boolean;
  durationMs: number;
  /** Rows of joined files that belong to no row, by file. */
  unusedRows: Readonly<Record<string, number>>;
}

/** Rows that were not come to: imported + unchanged + refused + these are all rows. */
function countNotReached({ rows, outcome }: ImportReport): number {
  return Math.max(0, rows - outcome.imported - outcome.unchanged - outcome.refused);
}

/** The report for programs. */
export function reportDocument(report: ImportReport): unknown {
  const { file, tool, rows, outcome, dryRun, interrupted, unusedRows } = report;
  const { imported, unchanged, refused, refusals, stopped } = outcome;
  return {
    file,
    tool,
    dry_run: dryRun,
    rows,
    imported: dryRun ? 0 : imported,
    ...(dryRun && { ready: imported }),
    unchanged,
    refused,
    not_reached: countNotReached(report),
    refused_rows: refusals.map(({ line, code, message, hint }) => ({ line, code, message, hint })),
    unused_rows: unusedRows,
    interrupted,
    ...(stopped && { error: { code: stopped.code, message: stopped.message, hint: stopped.hint } }),
  };
}

/** The report for people: the counts on stdout, refused rows on stderr. */
export function printReport(report: ImportReport, terminal: Terminal): void {
  const { file, tool, rows, outcome, dryRun, interrupted, durationMs } = report;
  const { colour } = terminal;
  const { imported, unchanged, refused, stopped } = outcome;
  const notReached = countNotReached(report);
  showRefusals(outcome.refusals, file, terminal);

  const clean = refused === 0 && notReached === 0;
  const mark = clean ? colour.green("✓") : colour.yellow("!");
  const took = formatDuration(durationMs);
  terminal.print(
    `${mark} ${file} → ${tool}: ${rows} rows in ${took}${dryRun ? ", nothing called (dry run)" : ""}`,
  );
  const line = (name: string, count: number) => terminal.print(`  ${name.padEnd(11)} ${count}`);
  line(dryRun ? "ready" : "imported", imported);
  line(dryRun ? "done before" : "unchanged", unchanged);
  line("refused", refused);
  if (notReached > 0) line("not reached", notReached);
  if (dryRun && unchanged > 0)
    terminal.note("  What was done before is not done again; a row that has changed since will be refused.");
  if (interrupted || stopped) {
    terminal.note(`${interrupted ? "Interrupted." : "Stopped."} The same command goes on where it stopped.`);
  }
}

function showRefusals(refusals: readonly Refusal[], file: string, { note, colour }: Terminal): void {
  for (const { line, code, message } of refusals.slice(0, mostShown)) {
    note(`${colour.red("✗")} ${file}:${line}  ${code}  ${message}`);
  }
  if (refusals.length > mostShown) {
    note(`  … and ${refusals.length - mostShown} more; --refused FILE.csv writes them all.`);
  }
  if (refusals.some(({ code }) => code === "CONFLICT")) {
    note(
      "  A row whose arguments changed since it was imported, in the file or by the map, is not imported again under\n" +
        "  the same key: put what tells the versions apart (a date, a revision) into the key: of the map.",
    );
  }
}
