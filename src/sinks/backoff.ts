const firstMs = 1_000;
const longestMs = 5 * 60_000;

/**
 * The wait before the next try: exponential from one second to five minutes, between half and the whole of it.
 * `failures` counts from 1; `random` is in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.5 + random / 2);
}
