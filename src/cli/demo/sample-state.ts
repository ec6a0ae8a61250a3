import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { SQLOutputValue } from "node:sqlite";
import { promisify } from "node:util";
import { RingmainError } from "../../core/errors.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { transact } from "../../db/transaction.ts";
import { serverEnvironment } from "../../hub/server-spec.ts";
import { sinkFolder } from "../../sinks/sink-state.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { checkpointFolder } from "../audit/workspace-notary.ts";
import { builtinServer } from "../program-files.ts";

const run = promisify(execFile);

/**
 * Throws the sample company's state away and fills it anew. Touches nothing but `.ringmain/demo` of a workspace
 * that says `sample: true`, and only if this program made it: throws STATE_INVALID otherwise. The keys the
 * clients' credentials and who is paused are kept: a connected client stays connected, and a paused one paused. Throws
 * PAUSED while the whole workspace is.
 */
export async function resetSampleState(workspace: Workspace): Promise<void> {
  const { dir, stateDir, config, databasePath } = workspace;
  if (!config.sample || relative(dir, stateDir) !== join(".ringmain", "demo")) {
    throw new RingmainError("STATE_INVALID", `${dir} is not the sample workspace, so it is not reset.`, {
      hint: "The demo runs where ringmain.yaml says `sample: true` and `state: .ringmain/demo`.",
    });
  }
  const kept = existsSync(databasePath) ? readSample(databasePath) : [];
  if (kept.some(({ row }) => row.principal === "*")) {
    throw new RingmainError("PAUSED", "The whole workspace is paused, so it is not reset.", {
      hint: "A person can let it go on with `ringmain resume --all`.",
    });
  }
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${databasePath}${ending}`, { force: true });
  rmSync(checkpointFolder(workspace), { recursive: true, force: true });
  rmSync(sinkFolder(workspace.stateDir), { recursive: true, force: true });
  mkdirSync(stateDir, { recursive: true });
  const builtin = Object.values(config.servers).flatMap((server) => server.builtin ?? []);
  await Promise.all(builtin.map((server) => seed(server, workspace)));
  if (kept.length > 0) await restore(databasePath, kept);
}

/** Runs the server's own program that fills its tables: this program knows none of them. */
async function seed(server: string, { dir }: Workspace): Promise<void> {
  const program = builtinServer(server, "seed");
  const env = serverEnvironment(
    { name: server, command: "", args: [], env: { RINGMAIN_WORKSPACE: dir } },
    process.env,
  );
  try {
    await run(process.execPath, [program], { env });
  } catch (cause) {
    throw new RingmainError("INTERNAL", `The sample data of ${server} could not be made.`, { cause });
  }
}

/** A row that outlives the reset. */
interface Kept {
  table: "identity_credential" | "identity_pause";
  row: Record<string, SQLOutputValue>;
}

/**
 * The credentials and pauses in a database that may be thrown away: one whose trail begins with sample data, or is
 * empty. Throws STATE_INVALID for any other.
 */
function readSample(path: string): Kept[] {
  const database = openSqlite({ path, readOnly: true });
  try {
    const first = database
      .prepare("SELECT body ->> '$.kind' AS kind FROM audit_entry ORDER BY seq LIMIT 1")
      .get();
    if (first === undefined || first.kind === "seed") {
      return (["identity_credential", "identity_pause"] as const).flatMap((table) =>
        database
          .prepare(`SELECT * FROM ${table}`)
          .all()
          .map((row) => ({ table, row })),
      );
    }
  } catch (cause) {
    throw notSample(path, cause);
  } finally {
    database.close();
  }
  throw notSample(path);
}

function notSample(path: string, cause?: unknown): RingmainError {
  return new RingmainError("STATE_INVALID", `${path} was not made by the demo, so it is not reset.`, {
    hint: "Move it away if it may go.",
    cause,
  });
}

/** Puts rows back; they may come from an older version and lack columns. */
async function restore(path: string, kept: readonly Kept[]): Promise<void> {
  const database = openSqlite({ path });
  try {
    await transact(database, () => {
      for (const { table, row } of kept) {
        const names = Object.keys(row);
        const values = names.map((name) => `:${name}`);
        database.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${values.join(", ")})`).run(row);
      }
    });
  } finally {
    database.close();
  }
}
