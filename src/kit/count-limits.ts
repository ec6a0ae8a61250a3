import { RingmainError } from "../core/errors.ts";
import type { Bound } from "./limit.ts";
import { minuteMs } from "./tally.ts";

/** Throws LIMIT_EXCEEDED when as many calls or writes are made as there may be. */
export function requireFewer(most: number, made: number, what: "call" | "write", bound: Bound): undefined {
  if (made < most) return;
  const { who, period, again } = bound;
  throw exceeded(`${who} may make at most ${counted(most, what)}${period}, and has made ${made}.`, again(), {
    ...bound,
    most,
  });
}

/** The same for a rate: `times` are those of the calls in the last minute, oldest first, in milliseconds. */
export function requireSlower(
  most: number,
  times: readonly number[],
  bound: Omit<Bound, "again" | "period">,
): undefined {
  if (times.length < most) return;
  const message = `${bound.who} may make at most ${counted(most, "call")} a minute, and has made ${times.length} in the last one.`;
  const free = new Date((times[times.length - most] ?? 0) + minuteMs).toISOString();
  throw exceeded(message, `The next one is possible at ${free}.`, { ...bound, most });
}

function exceeded(
  message: string,
  again: string,
  { most, name, where }: Pick<Bound, "name" | "where"> & { most: number },
): RingmainError {
  const hint = `Raise ${name} ${where} if more is meant.`;
  return new RingmainError("LIMIT_EXCEEDED", message, { hint: most === 0 ? hint : `${again} ${hint}` });
}

function counted(most: number, what: string): string {
  return `${most} ${what}${most === 1 ? "" : "s"}`;
}
