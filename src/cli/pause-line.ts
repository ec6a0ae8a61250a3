import { everyone, type Pause } from "../identity/pauses.ts";

/** Who is paused, in words. */
export function pausedName(principal: string): string {
  return principal === everyone ? "the whole workspace" : principal;
}

/** Since when, by whom and why. */
export function pauseDetail({ pausedAt, pausedBy, reason }: Pause): string {
  const since = `since ${pausedAt.slice(0, 16).replace("T", " ")} UTC, by ${pausedBy}`;
  return reason === undefined ? since : `${since}: ${reason}`;
}

/** A pause as JSON. */
export function pauseDocument({ principal, pausedAt, pausedBy, reason }: Pause) {
  return { principal, paused_at: pausedAt, paused_by: pausedBy, reason };
}
