import type { DatabaseSync } from "node:sqlite";
import { runStatuses } from "../engine.ts";

const ended: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);
/** Worded as the index over them is, so that however many runs have ended, they are not looked at. */
const active = runStatuses
  .filter((status) => !ended.has(status))
  .map((status) => `'${status}'`)
  .join(", ");

/** The ids of the runs that have not ended. None where no run was ever started. */
export function activeRuns(database: DatabaseSync): string[] {
  const exists = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'engine_run'").get();
  if (exists === undefined) return [];
  const rows = database
    .prepare(`SELECT id FROM engine_run WHERE status IN (${active}) ORDER BY number`)
    .all();
  return rows.map(({ id }) => String(id));
}
