import type { Replay } from "../core/call-meta.ts";

/**
 * Tells the two ways in which a run can meet a business key that it has used itself. The first time in one
 * execution, the hit is what the run did before it was interrupted: it is repeated from the journal, so that a
 * resumed run shows what an uninterrupted one would. Any further time, two of its items share the key, and
 * the second is already done.
 */
export interface OnceMemory {
  /** Returns the replay if the work counts as already done by somebody else, or undefined. */
  judge(key: string, hit: Replay | undefined): Replay | undefined;
}

export function createOnceMemory(runId: string): OnceMemory {
  const met = new Set<string>();
  return {
    judge(key, hit) {
      const first = !met.has(key);
      met.add(key);
      return first && hit?.run === runId ? undefined : hit;
    },
  };
}
