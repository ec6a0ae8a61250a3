import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { RingmainError } from "../core/errors.ts";
import { isBusy, storeError } from "./sqlite.ts";

/** The statements of one connection that open and close transactions, prepared once (an authorizer may forbid them later). */
export interface TransactionControl {
  /**
   * Takes the write lock. Waits with jitter while another process has it, at most the lock budget. Throws STORE_BUSY when it stays taken. Always IMMEDIATE: a deferred transaction that reads before it writes
   * fails at once with SQLITE_BUSY_SNAPSHOT, whatever the timeout.
   */
  begin(): Promise<void>;
  commit(): void;
  /** Safe to call when SQLite has ended the transaction by itself. */
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
}

export interface LockWait {
  /** How long to wait for the write lock, in milliseconds. */
  budgetMs?: number | undefined;
  /** From 0 to 1, exclusive: spreads the attempts of processes that wait together. */
  random?: () => number;
}

/** Prepares the statements of a connection that open and close transactions. */
export function transactionControl(database: DatabaseSync, wait: LockWait = {}): TransactionControl {
  const { budgetMs = 20_000, random = Math.random } = wait;
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = database.prepare("ROLLBACK");
  const savepoint = database.prepare("SAVEPOINT call");
  const release = database.prepare("RELEASE call");
  const rollbackTo = database.prepare("ROLLBACK TO call");
  return {
    async begin() {
      const started = performance.now();
      for (let attempt = 0; ; attempt += 1) {
        try {
          begin.run();
          return;
        } catch (error) {
          if (!isBusy(error)) throw storeError(error, database.location() ?? "");
          if (performance.now() - started > budgetMs) {
            throw new RingmainError("STORE_BUSY", "The database stayed locked by another process.", {
              hint: "Nothing was done; try again. A process stopped in the middle of a write may hold the lock.",
              retryable: true,
              cause: error,
            });
          }
          // the longer it has waited, the sooner it looks again: the other way round, one process starves another
          await delay(random() * Math.max(2, 20 - attempt));
        }
      }
    },
    commit: () => void commit.run(),
    rollback() {
      if (database.isTransaction) rollback.run();
    },
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    rollbackToSavepoint() {
      rollbackTo.run();
      release.run();
    },
  };
}

/** Runs one unit of work in a write transaction: commits what it did, or rolls back and throws what it threw. */
export async function transact<T>(
  database: DatabaseSync,
  work: () => T | Promise<T>,
  control = transactionControl(database),
): Promise<T> {
  await control.begin();
  try {
    const result = await work();
    control.commit();
    return result;
  } catch (error) {
    control.rollback();
    throw storeError(error, database.location() ?? "");
  }
}
