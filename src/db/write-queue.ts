import type { DatabaseSync } from "node:sqlite";
import { storeError } from "./sqlite.ts";
import { transactionControl } from "./transaction.ts";

/** Runs synchronous work in a write transaction of its own: commits what it did, or rolls back and throws. */
export type Write = <T>(work: () => T) => Promise<T>;

/**
 * One connection has one transaction at a time, while many runs of this process write through it: this lets
 * them in one after another. Everything that writes on the connection must go through the same queue.
 */
export function createWriteQueue(database: DatabaseSync): Write {
  const control = transactionControl(database);
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(async () => {
      await control.begin();
      try {
        const result = work();
        control.commit();
        return result;
      } catch (error) {
        control.rollback();
        throw storeError(error, database.location() ?? "");
      }
    });
    last = turn.catch(() => {});
    return turn;
  };
}
