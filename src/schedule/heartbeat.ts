import { schedule } from "node-cron";

const silent = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * Calls `tick` once a second until it is stopped. Whatever the ticks do not get to is found by the next one, so
 * a late or a lost beat costs nothing. `onError` is told when a tick fails.
 */
export function startHeartbeat(options: {
  tick: (now: Date) => Promise<void>;
  now: () => Date;
  onError: (error: unknown) => void;
}): { stop(): Promise<void> } {
  const { tick, now, onError } = options;
  const task = schedule("* * * * * *", () => tick(now()).catch(onError), {
    // node-cron would write to the console that a beat came late.
    logger: silent,
    suppressMissedWarning: true,
    noOverlap: true,
  });
  return { stop: async () => void (await task.destroy()) };
}
