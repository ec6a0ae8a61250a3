import type { DatabaseSync } from "node:sqlite";
import { openWorkspaceDatabase } from "../kit/open-store.ts";
import type { Workspace } from "../workspace/load-workspace.ts";

/** Opens a workspace's database for one command, up to date and durable at each commit, and closes it again. */
export async function withDatabase<T>(
  workspace: Pick<Workspace, "databasePath">,
  now: Date,
  use: (database: DatabaseSync) => T | Promise<T>,
): Promise<T> {
  const database = await openWorkspaceDatabase({ path: workspace.databasePath, now });
  try {
    return await use(database);
  } finally {
    database.close();
  }
}
