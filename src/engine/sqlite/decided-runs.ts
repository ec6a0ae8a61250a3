import type { Clock } from "../../core/clock.ts";
import { approvalsIn, type Wait } from "../../workflow/waits.ts";
import type { Approvals } from "../approvals.ts";
import type { RunStore } from "./run-store.ts";

/** How long an approval that did not get its run any further is no reason to take the run up again. */
const retryMs = 60_000;

export interface DecidedRuns {
  /** The ids of the parked runs of which a request was decided, oldest first. Takes no lock. */
  find(): string[];
  /** A run was taken up, for its requests that are not pending any more. */
  taken(waits: ReadonlyMap<string, Wait>): void;
}

/**
 * Finds the parked runs that can go on. Most looks find nothing new since the last one, which two counts tell.
 *
 * Should a server still say "waiting" of a request that is decided (its clock may differ about an expiry), the run would
 * be parked and taken up for ever: so the same request counts only once a minute.
 */
export function createDecidedRuns(options: {
  store: Pick<RunStore, "parked" | "parkedMark">;
  approvals: Approvals;
  clock: Clock;
}): DecidedRuns {
  const { store, approvals, clock } = options;
  const triedAt = new Map<string, number>();
  /** What all runs and requests were like when the last look found nothing. */
  let idle: { mark: string; at: number } | undefined;

  const mark = () => `${store.parkedMark()} ${approvals.mark()}`;

  const forgetOld = () => {
    const now = clock.now().getTime();
    for (const [id, at] of triedAt) if (Math.abs(now - at) >= retryMs) triedAt.delete(id);
  };
  const look = (): string[] => {
    const parked = store.parked();
    if (parked.length === 0) return [];
    forgetOld();
    const fresh = parked.flatMap(({ waits }) => approvalsIn(waits.values()).filter((id) => !triedAt.has(id)));
    const pending = approvals.pending(fresh);
    const decided = new Set(fresh.filter((id) => !pending.has(id)));
    return parked
      .filter(({ waits }) => approvalsIn(waits.values()).some((id) => decided.has(id)))
      .map(({ id }) => id);
  };
  return {
    find() {
      const before = mark();
      const now = clock.now().getTime();
      if (idle?.mark === before && Math.abs(now - idle.at) < retryMs) return [];
      const found = look();
      idle = found.length === 0 ? { mark: before, at: now } : undefined;
      return found;
    },
    taken(waits) {
      const ids = approvalsIn(waits.values());
      const pending = approvals.pending(ids);
      for (const id of ids) if (!pending.has(id)) triedAt.set(id, clock.now().getTime());
      idle = undefined;
    },
  };
}
