import { existsSync } from "node:fs";
import { openSqlite } from "../db/sqlite.ts";
import { pausedNames } from "../identity/pauses.ts";
import type { Workspace } from "../workspace/load-workspace.ts";

/** Whoever is paused by name, and `*` when everyone is: read only, and nobody where there is no database yet. */
export function pausedPrincipals({ databasePath }: Workspace): ReadonlySet<string> {
  if (!existsSync(databasePath)) return new Set();
  const database = openSqlite({ path: databasePath, readOnly: true });
  try {
    return pausedNames(database);
  } finally {
    database.close();
  }
}
