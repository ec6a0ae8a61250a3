import { throwIfEnded } from "./failure.ts";
import { isWait, joinWaits } from "./waits.ts";

/**
 * Runs a function over items, so many at once, starting them in order. After a failure nothing new is started;
 * what is under way is waited for, then the failure of the earliest item is thrown. Results are in the items' order.
 *
 * An item that waits for a person keeps no other from starting. It is under way until it is decided: its wait is thrown
 * in place of a failure, which comes up again when everything has been decided.
 */
export async function runLimited<Item, Result>(
  items: readonly Item[],
  options: { limit: number; signal: AbortSignal; run: (item: Item) => Promise<Result> },
): Promise<Result[]> {
  const { limit, signal, run } = options;
  const results = new Map<number, Result>();
  const failures = new Map<number, unknown>();
  const waits: unknown[] = [];
  // One iterator for all workers: each takes the next item that no one has taken.
  const queue = items.entries();

  const work = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.size > 0 || signal.aborted) return;
      try {
        results.set(index, await run(item));
      } catch (error) {
        if (isWait(error)) waits.push(error);
        else failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));

  if (waits.length > 0) throw joinWaits(waits);
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  throwIfEnded(signal);
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
