import type { DatabaseSync } from "node:sqlite";
import { storeError } from "../db/sqlite.ts";
import type { TransactionControl } from "../db/transaction.ts";

/** Calls that share one transaction at most. More would make the first of them wait long for its answer. */
const largestGroup = 64;

/**
 * Runs units of work in shared write transactions: those that are in flight together commit together and pay
 * for one fsync. They run strictly one after another. A unit keeps its own failures to itself (it works in a
 * savepoint); what it throws means that the store failed, and ends the transaction. Then nothing of it holds,
 * and each unit is run again alone, so that one that cannot be written spoils no other.
 */
export class GroupCommit<Result> {
  readonly #queue: Unit<Result>[] = [];
  #draining: Promise<void> | undefined;
  readonly #database: DatabaseSync;
  readonly #control: TransactionControl;
  readonly #hooks: TransactionHooks;

  constructor(database: DatabaseSync, control: TransactionControl, hooks: TransactionHooks) {
    this.#database = database;
    this.#control = control;
    this.#hooks = hooks;
  }

  /** Resolves once the commit that holds the work is on the disk. Rejects when nothing of it was written. */
  run(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    // one turn of the event loop, so that messages that arrived in one read get into one transaction
    await new Promise(setImmediate);
    while (this.#queue.length > 0) await this.#commitTogether(this.#queue.splice(0, largestGroup));
    this.#draining = undefined;
  }

  async #commitTogether(group: Unit<Result>[]): Promise<void> {
    try {
      await this.#control.begin();
    } catch (error) {
      // nobody in the group is to blame, so nobody would fare better alone
      for (const unit of group) unit.reject(error);
      return;
    }
    const answers: (() => void)[] = [];
    try {
      this.#hooks.opened();
      for (const unit of group) {
        const result = await unit.work();
        answers.push(() => unit.resolve(result));
      }
      this.#hooks.committing();
      this.#control.commit();
    } catch (error) {
      this.#control.rollback();
      this.#hooks.rolledBack?.();
      await this.#commitEachAlone(group, storeError(error, this.#database.location() ?? ""));
      return;
    }
    for (const answer of answers) answer();
  }

  async #commitEachAlone(group: Unit<Result>[], reason: unknown): Promise<void> {
    if (group.length === 1) return group[0]?.reject(reason);
    for (const unit of group) await this.#commitTogether([unit]);
  }
}

/** What else happens with each shared transaction. */
export interface TransactionHooks {
  /** Right after BEGIN. */
  opened(): void;
  /** Right before COMMIT. */
  committing(): void;
  rolledBack?(): void;
}

/** A unit of work that waits for its turn. */
interface Unit<Result> {
  work(): Promise<Result>;
  resolve(result: Result): void;
  reject(error: unknown): void;
}
