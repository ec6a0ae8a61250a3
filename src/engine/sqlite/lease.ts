import type { Liveness, ProcessIdentity } from "./liveness.ts";

/** How long a process that says nothing keeps its runs. */
export const leaseMs = 10_000;
/** How often it says that it is there. */
export const renewMs = 3_000;

/** Who executes a run, and until when it need not be asked again. */
export interface Lease {
  /** An engine instance; two in one process have two. */
  owner: string;
  process: ProcessIdentity;
  expiresAt: Date;
}

/**
 * Whether a run may be taken over: nobody has it, its process is gone, or its process has been silent for too
 * long (stopped, hung, or on a host that cannot be seen). The clocks of processes may differ or jump; then two
 * could take the same run for theirs until the next renewal, which fencing by epoch and keyed calls make harmless.
 */
export function isFree(lease: Lease | undefined, now: Date, liveness: Liveness): boolean {
  if (lease === undefined || lease.expiresAt <= now) return true;
  return liveness.isAlive(lease.process) === false;
}
