import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { RingmainError } from "../core/errors.ts";
import { isBusy, storeError } from "./sqlite.ts";

/** Above this, the copy that rewriting makes for a while is on the disk and not in memory. */
const largestInMemory = 256 * 2 ** 20;

/** Waiting for other processes; injected in tests. */
export interface Patience {
  /** For how long, in milliseconds, in all. */
  budgetMs: number;
  wait?: (ms: number) => Promise<unknown>;
  nowMs?: () => number;
}

/**
 * Takes what was deleted off the disk: rewrites the database file, and empties the write-ahead log into it.
 *
 * `secure_delete` alone does not: it overwrites what is deleted in its place, but when SQLite moves rows between pages,
 * older copies stay in the pages' unused parts until something is written over them (docs/decisions/0015). Nor may the log be
 * left, which holds pages as they were. Other processes' writes wait while the file is rewritten.
 *
 * Throws STORE_BUSY when another process reads or writes for longer than the budget, and STORE_UNAVAILABLE when there is no
 * space for the copy: then it is not done, and may be tried again.
 */
export async function wipeDeleted(database: DatabaseSync, patience: Patience): Promise<void> {
  const path = database.location() ?? "";
  const within = budgetOf(patience);
  // a reader that would keep the log from being emptied afterwards is found before the file is written anew
  await emptyLog(database, within);
  const { size } = statSync(path);
  database.exec(`PRAGMA temp_store = ${size > largestInMemory ? "FILE" : "MEMORY"}`);
  try {
    await within(() => {
      try {
        database.exec("VACUUM");
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw storeError(error, path);
      }
    });
  } finally {
    database.exec("PRAGMA temp_store = MEMORY");
  }
  await emptyLog(database, within);
}

/** Empties the write-ahead log into the database file. Throws STORE_BUSY when another process keeps it from that. */
export async function truncateLog(database: DatabaseSync, patience: Patience): Promise<void> {
  await emptyLog(database, budgetOf(patience));
}

async function emptyLog(database: DatabaseSync, within: Within): Promise<void> {
  await within(() => {
    try {
      return database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy === 0;
    } catch (error) {
      if (isBusy(error)) return false;
      throw storeError(error, database.location() ?? "");
    }
  });
}

type Within = (attempt: () => boolean) => Promise<void>;

/** Tries again until it succeeds; all that share a budget end with it. */
function budgetOf({ budgetMs, wait = delay, nowMs = () => performance.now() }: Patience): Within {
  const until = nowMs() + budgetMs;
  return async (attempt) => {
    while (!attempt()) {
      if (nowMs() >= until) throw stillThere();
      await wait(50);
    }
  };
}

function stillThere(): RingmainError {
  return new RingmainError(
    "STORE_BUSY",
    "What was erased is not off the disk yet: another process reads the database.",
    {
      hint: "It is gone for every reader, but not from the file. Stop what uses the database, and run `ringmain audit erase --finish`.",
      retryable: true,
    },
  );
}
