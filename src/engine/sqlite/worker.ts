import type { Worker } from "../engine.ts";

/** How often to look whether another process has written anything. */
const changeMs = 25;

export interface PollingWorker extends Worker {
  /** There may be work: look for it now. */
  wake(): void;
}

/**
 * Claims work while there is room for it, whenever something ends, `wake` is called, or the poll interval is
 * over. `claim` resolves with a promise that settles (without rejecting) when the claimed work has ended, or with
 * undefined when there is none. A claim that fails is reported and tried again at the next poll.
 */
export function createWorker(options: {
  claim: () => Promise<{ ended: Promise<unknown> } | undefined>;
  concurrency: number;
  pollMs: number;
  /** Whether another process may have made work since it was asked last: asked every 25 ms, and so cheap. */
  changed: () => boolean;
  onError: (error: unknown) => void;
}): PollingWorker {
  const { claim, concurrency, pollMs, changed, onError } = options;
  const underWay = new Set<Promise<unknown>>();
  let stopped = false;
  let filling: Promise<void> | undefined;
  let wanted = false;

  const fill = async () => {
    try {
      while (!stopped && underWay.size < concurrency) {
        wanted = false;
        const claimed = await claim();
        if (claimed === undefined) {
          if (!wanted) return;
          continue;
        }
        const work = claimed.ended.finally(() => {
          underWay.delete(work);
          wake();
        });
        underWay.add(work);
      }
    } catch (error) {
      onError(error);
    } finally {
      filling = undefined;
    }
  };
  const wake = () => {
    wanted = true;
    if (!stopped && underWay.size < concurrency) filling ??= fill();
  };

  const timer = setInterval(wake, pollMs);
  const watcher = setInterval(() => {
    if (underWay.size < concurrency && changed()) wake();
  }, changeMs);
  wake();

  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearInterval(watcher);
      await filling;
      await Promise.all(underWay);
    },
  };
}
