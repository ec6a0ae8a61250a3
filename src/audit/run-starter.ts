import type { DatabaseSync } from "node:sqlite";
import { runnerTool } from "./run-endings.ts";

/** Prepares the search for who started a run, as its first entry says. */
export function runStarterFinder(database: DatabaseSync): (run: string) => string | undefined {
  // the start of a run has no key, so the index over loose runs leads to it (search-columns.ts)
  const find = database.prepare(
    "SELECT principal FROM audit_entry WHERE loose_run = ? AND tool = ? ORDER BY seq LIMIT 1",
  );
  return (run) => {
    const row = find.get(run, runnerTool.start);
    return row && String(row.principal);
  };
}
