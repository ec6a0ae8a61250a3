const firstMs = 60_000;
const longestMs = 60 * 60_000;

/** After so many tries a message that the mail server keeps putting off is given up. */
export const mostAttempts = 12;

/**
 * The wait before the next try: exponential from one minute to an hour, between half and the whole of it, so that what
 * failed together does not come back together. `attempts` counts from 1; `random` is in [0, 1).
 */
export function retryDelayMs(attempts: number, random: number): number {
  return Math.min(longestMs, firstMs * 2 ** (attempts - 1)) * (0.5 + random / 2);
}
