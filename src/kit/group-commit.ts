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
export class GroupCommit {
  readonly #queue: { work: () => Promise<unknown>; settle: Settle }[] = [];
  #draining: Promise<void> | undefined;
  readonly #database: DatabaseSync;
  readonly #control: TransactionControl;
  readonly #hooks: { opened(): void; committing(): void };

  /** The hooks run right after BEGIN and right before COMMIT. */
  constructor(
    database: DatabaseSync,
    control: TransactionControl,
    hooks: { opened(): void; committing(): void },
  ) {
    this.#database = database;
    this.#control = control;
    this.#hooks = hooks;
  }

  /** Resolves once the commit that holds the work is on the disk. Rejects when nothing of it was written. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: T;
      const remember = async () => {
        result = await work();
      };
      this.#queue.push({ work: remember, settle: { resolve: () => resolve(result), reject } });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when no work is waiting. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // one turn of the event loop, so that messages that arrived in one read get into one transaction
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, largestGroup);
      try {
        await this.#commitTogether(group.map(({ work }) => work));
        for (const { settle } of group) settle.resolve();
      } catch (error) {
        await this.#commitEachAlone(group, error);
      }
    }
    this.#draining = undefined;
  }

  async #commitEachAlone(
    group: { work: () => Promise<unknown>; settle: Settle }[],
    reason: unknown,
  ): Promise<void> {
    for (const { work, settle } of group) {
      if (group.length === 1) return settle.reject(reason);
      try {
        await this.#commitTogether([work]);
        settle.resolve();
      } catch (error) {
        settle.reject(error);
      }
    }
  }

  async #commitTogether(works: (() => Promise<unknown>)[]): Promise<void> {
    await this.#control.begin();
    try {
      this.#hooks.opened();
      for (const work of works) await work();
      this.#hooks.committing();
      this.#control.commit();
    } catch (error) {
      this.#control.rollback();
      throw storeError(error, this.#database.location() ?? "");
    }
  }
}

interface Settle {
  resolve(): void;
  reject(error: unknown): void;
}
