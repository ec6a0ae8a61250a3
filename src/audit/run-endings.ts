import type { DatabaseSync } from "node:sqlite";

/** Under which names the runner's own entries stand in the trail. */
export const runnerTool = {
  start: "ringmain.start_run",
  finish: "ringmain.finish_run",
  once: "ringmain.once",
} as const;

const mostRuns = 1000;

/**
 * Prepares the question whether a run has ended, as its newest entry of a start or an end says; a run without either
 * has not. `committed` is how many entries the trail had when the transaction began: up to there, a run's entries are
 * read once.
 */
export function runEndings(database: DatabaseSync): (run: string, committed: number) => boolean {
  const newest = database.prepare(
    `SELECT tool FROM audit_entry WHERE loose_run = ? AND seq > ? AND seq <= ?
     AND tool IN ('${runnerTool.start}', '${runnerTool.finish}') ORDER BY seq DESC LIMIT 1`,
  );
  const known = new Map<string, { ended: boolean; seq: number }>();
  return (run, committed) => {
    const before = known.get(run);
    if (before?.seq === committed) return before.ended;
    const row = newest.get(run, before?.seq ?? 0, committed);
    const ended = row === undefined ? (before?.ended ?? false) : row.tool === runnerTool.finish;
    if (known.size >= mostRuns) known.clear();
    known.set(run, { ended, seq: committed });
    return ended;
  };
}
