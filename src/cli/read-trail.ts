import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { requireNoneLost } from "../audit/lost-trail.ts";
import { RingmainError } from "../core/errors.ts";
import { openSqlite } from "../db/sqlite.ts";
import type { Workspace } from "../workspace/load-workspace.ts";
import { checkpointFolders } from "./audit/workspace-notary.ts";
import { openWorkspace } from "./wire.ts";

/** How much of the file may be mapped into memory: reading all of a large trail then takes half as long. */
const mostMapped = 16 * 1024 ** 3;

interface OpenTrail extends Disposable {
  workspace: Workspace;
  database: DatabaseSync;
}

/**
 * Opens a workspace's database for reading only, to be closed by `using`. Throws NOT_FOUND when there is none yet, and
 * AUDIT_BROKEN when there was one, as checkpoints say.
 */
export function readTrail(named: string | undefined): OpenTrail {
  const workspace = openWorkspace(named);
  requireNoneLost(workspace.databasePath, checkpointFolders(workspace));
  if (!existsSync(workspace.databasePath)) {
    throw new RingmainError("NOT_FOUND", `This workspace has no records yet (${workspace.databasePath}).`, {
      hint: workspace.config.sample ? "Run `ringmain demo` first." : "Run a workflow or call a tool first.",
    });
  }
  const database = openSqlite({ path: workspace.databasePath, readOnly: true });
  database.exec(`PRAGMA mmap_size = ${mostMapped}`);
  return { workspace, database, [Symbol.dispose]: () => database.close() };
}
