import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { RingmainError } from "../../core/errors.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { serverEnvironment } from "../../hub/server-spec.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { checkpointFolder } from "../audit/workspace-notary.ts";
import { builtinServer } from "../program-files.ts";

const run = promisify(execFile);

/**
 * Throws the sample company's state away and fills it anew. Touches nothing but `.ringmain/demo` of a workspace
 * that says `sample: true`, and only if this program made it: throws STATE_INVALID otherwise. The keys and the
 * clients' credentials are kept, so that a connected client stays connected.
 */
export async function resetSampleState(workspace: Workspace): Promise<void> {
  const { dir, stateDir, config, databasePath } = workspace;
  if (!config.sample || relative(dir, stateDir) !== join(".ringmain", "demo")) {
    throw new RingmainError("STATE_INVALID", `${dir} is not the sample workspace, so it is not reset.`, {
      hint: "The demo runs where ringmain.yaml says `sample: true` and `state: .ringmain/demo`.",
    });
  }
  const credentials = existsSync(databasePath) ? readSample(databasePath) : [];
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${databasePath}${ending}`, { force: true });
  rmSync(checkpointFolder(workspace), { recursive: true, force: true });
  mkdirSync(stateDir, { recursive: true });
  const builtin = Object.values(config.servers).flatMap((server) => server.builtin ?? []);
  await Promise.all(builtin.map((server) => seed(server, workspace)));
  if (credentials.length > 0) restoreCredentials(databasePath, credentials);
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

type Row = ReturnType<ReturnType<DatabaseSync["prepare"]>["all"]>[number];

/**
 * The credentials in a database that may be thrown away: one whose trail begins with sample data, or is empty.
 * Throws STATE_INVALID for any other.
 */
function readSample(path: string): Row[] {
  const database = openSqlite({ path, readOnly: true });
  try {
    const first = database
      .prepare("SELECT body ->> '$.kind' AS kind FROM audit_entry ORDER BY seq LIMIT 1")
      .get();
    if (first === undefined || first.kind === "seed")
      return database.prepare("SELECT * FROM identity_credential").all();
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

function restoreCredentials(path: string, rows: readonly Row[]): void {
  const database = openSqlite({ path });
  const insert = database.prepare(
    `INSERT INTO identity_credential (id, principal, secret_hash, created_at, expires_at, revoked_at)
     VALUES (:id, :principal, :secret_hash, :created_at, :expires_at, :revoked_at)`,
  );
  for (const row of rows) insert.run(row);
  database.close();
}
