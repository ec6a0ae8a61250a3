import { RingmainError } from "../core/errors.ts";

/** The server's process ended while a request was in flight: whether it was done is unknown. Never leaves the hub. */
export class ConnectionLost extends Error {}

/** The error of a call whose caller gave it up: the signal's own reason where it is worded, else RUN_CANCELLED. */
export function cancelled(what: string, signal: AbortSignal): RingmainError {
  if (signal.reason instanceof RingmainError) return signal.reason;
  return new RingmainError("RUN_CANCELLED", `${what} was cancelled.`, { cause: signal.reason });
}

/** Waits for what many share, until the caller's own signal is aborted; it goes on for the others. */
export async function waitFor<Value>(
  start: () => Promise<Value>,
  what: string,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return start();
  if (signal.aborted) throw cancelled(what, signal);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(cancelled(what, signal));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([start(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
