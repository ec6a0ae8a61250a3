import { RingmainError } from "../core/errors.ts";
import type { Backoff } from "../workflow/run-context.ts";
import { isWait } from "../workflow/waits.ts";

export interface RetryPolicy extends Backoff {
  /** How many times at most, the first included. */
  attempts: number;
}

export const callRetry: RetryPolicy = { attempts: 6, baseMs: 100, capMs: 5_000 };

/** Waits. Rejects when the signal is aborted. */
export type Delay = (ms: number, signal: AbortSignal) => Promise<unknown>;

const safeToResend = new Set(["SERVER_UNAVAILABLE", "STORE_BUSY", "TIMEOUT"]);

/**
 * Whether a keyed call may be sent again. After a time-out nobody knows what happened, which is harmless
 * here: the server answers a key that it has seen with the stored result. What waits for a person is not asked again
 * until it is decided.
 */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof RingmainError && !isWait(error) && (error.retryable || safeToResend.has(error.code))
  );
}

/** The wait before attempt `attempt + 1`: "full jitter", so that callers which failed together do not return together. */
export function backoffMs(policy: Backoff, attempt: number, random: () => number): number {
  return random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1));
}

/** Does keyed work again while it fails for a passing reason. Throws the last error, or the signal's reason. */
export async function retryTransient<T>(
  work: () => Promise<T>,
  options: { policy: RetryPolicy; delay: Delay; random: () => number; signal: AbortSignal },
): Promise<T> {
  const { policy, delay, random, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= policy.attempts || !isTransient(error)) throw error;
    }
    await delay(backoffMs(policy, attempt, random), signal).catch(() => {});
  }
}
