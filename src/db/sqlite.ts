import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { messageOf, RingmainError } from "../core/errors.ts";

const openingTimeoutMs = 10_000;

/**
 * Opens a SQLite file with the settings every process of Ringmain shares.
 *
 * `synchronous: "full"` makes a commit survive a power cut and is what a server uses; `"normal"` survives the
 * death of the process only and is for the runner's own rows, which the next full commit in the same
 * write-ahead log makes durable (docs/decisions/0005).
 *
 * Throws STORE_UNAVAILABLE when the file cannot be opened, is no database or is damaged.
 */
export function openSqlite(options: {
  path: string;
  synchronous?: "full" | "normal";
  readOnly?: boolean;
}): DatabaseSync {
  const { path, synchronous = "full", readOnly = false } = options;
  let database: DatabaseSync | undefined;
  try {
    if (!readOnly) makeFile(path);
    // Several processes may open a new file at once, and the first of them locks it to start the log.
    const file = readOnly && isAtRest(path) ? immutable(path) : path;
    database = new DatabaseSync(file, { readOnly, timeout: openingTimeoutMs, defensive: true });
    if (!readOnly) database.exec("PRAGMA journal_mode = WAL");
    // From here on transaction.ts does the waiting: SQLite's own busy timeout starves one process among several.
    database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;
      PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA busy_timeout = 5;`);
    return database;
  } catch (error) {
    database?.close();
    throw sqliteCode(error) === undefined ? cannotOpen(error, path) : storeError(error, path);
  }
}

/**
 * Whether nobody can write a database and everything is in its file, as with a copy on a read-only disk. SQLite's log needs
 * a file beside it even for reading, which it cannot make there.
 */
function isAtRest(path: string): boolean {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return false;
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch {
    return existsSync(path);
  }
}

/** The name by which SQLite reads a file without locks and without a log (https://sqlite.org/uri.html). */
function immutable(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  return url;
}

/** Makes an empty file, and its folder, unless there is one: SQLite would make it for its owner, whatever the umask allows. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) return;
  try {
    // only when it is new: closing it again would give up the locks of this process's other connections
    closeSync(openSync(path, "wx"));
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

const primaryCode = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};

/** The primary SQLite result code of an error (https://sqlite.org/rescode.html), or undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return error.errcode & 0xff;
}

/** Whether another connection holds the lock, so that trying again later may work. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === primaryCode.busy || code === primaryCode.locked;
}

/** Whether the store itself cannot write or read: no call can be recorded, so none may be answered. */
export function isStoreFailure(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && Object.values(primaryCode).includes(code);
}

/**
 * Turns a failure of the store into an error whose message names the remedy. Any other error is returned as it
 * is: the text of a violated constraint or of a wrong statement is not for callers.
 */
export function storeError(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (!isStoreFailure(error)) return error;
  const unavailable = (message: string, hint: string, retryable = false) =>
    new RingmainError("STORE_UNAVAILABLE", message, { hint, retryable, cause: error });
  switch (code) {
    case primaryCode.busy:
    case primaryCode.locked:
      return new RingmainError("STORE_BUSY", `The database ${path} is in use by another program.`, {
        hint: "Try again; if it lasts, look for a process that was stopped while it held the lock.",
        retryable: true,
        cause: error,
      });
    case primaryCode.readOnly:
      return unavailable(
        `The database ${path} is read-only.`,
        "Give this user write permission on the file and its folder.",
      );
    case primaryCode.full:
      return unavailable(
        `There is no space left for the database ${path}.`,
        "Free some disk space and try again.",
        true,
      );
    case primaryCode.cannotOpen:
      return cannotOpen(error, path);
    case primaryCode.notADatabase:
    case primaryCode.corrupt:
      return unavailable(
        `The file ${path} is damaged or is no SQLite database.`,
        "Nothing was changed. Put a backup in its place, or run `sqlite3 FILE .recover`.",
      );
    default:
      return unavailable(`The database ${path} failed: ${messageOf(error)}.`, "Run `ringmain doctor`.");
  }
}

function cannotOpen(cause: unknown, path: string): RingmainError {
  return new RingmainError("STORE_UNAVAILABLE", `The database ${path} cannot be opened.`, {
    hint:
      "Check that its folder exists and that this user may write to it; docs/sharing.md says how several users share " +
      "a workspace.",
    cause,
  });
}
