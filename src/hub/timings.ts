/** The hub's waits, all in milliseconds but for the counts. */
export interface HubTimings {
  /** From the start of a server's process to its answer to `initialize`. */
  startMs: number;
  /** A call, where neither it nor its server says otherwise. */
  callMs: number;
  /** Between the steps of ending a server: stdin closed, SIGTERM, SIGKILL. */
  graceMs: number;
  /** The wait before the first restart; it doubles with each crash in a row. */
  backoffMs: number;
  backoffCapMs: number;
  /** How long a server that was given up stays so. */
  cooldownMs: number;
  /** Crashes in a row, without one answered call between them, after which a server is given up. */
  maxCrashes: number;
  /** How often a call that carries a key is sent at most. */
  maxSends: number;
}

export const defaultTimings: HubTimings = {
  startMs: 10_000,
  callMs: 60_000,
  graceMs: 2_000,
  backoffMs: 100,
  backoffCapMs: 5_000,
  cooldownMs: 5_000,
  maxCrashes: 5,
  maxSends: 3,
};

/**
 * The wait before a restart: exponential, with jitter so that the servers of many hubs do not start in step.
 * `crashes` counts from 1; `random` is in [0, 1). Returns between half and the whole of the exponential delay.
 */
export function backoffDelay(crashes: number, random: number, timings: HubTimings): number {
  const full = Math.min(timings.backoffCapMs, timings.backoffMs * 2 ** (crashes - 1));
  return full * (0.5 + random / 2);
}
