import type { DatabaseSync } from "node:sqlite";
import { runEndings } from "../audit/run-endings.ts";
import { credentialRechecker } from "../identity/credentials.ts";
import { everyone } from "../identity/pauses.ts";
import type { Identity } from "../identity/principal.ts";
import { endedRun, pausedError } from "./refusals.ts";

/** Whether who has been verified may still call at all. */
export interface Standing {
  /** Reads anew who is paused. `committed` is how many entries the trail has now. */
  load(committed: number): void;
  /**
   * Within a transaction: throws PAUSED for who is paused, POLICY_DENIED for a credential that was revoked while its
   * call waited, and for the token of a run that has ended.
   */
  require(identity: Identity, now: Date): void;
}

export function createStanding(database: DatabaseSync): Standing {
  const recheckCredential = credentialRechecker(database);
  const hasEnded = runEndings(database);
  const readPauses = database.prepare("SELECT principal FROM identity_pause");
  let paused: ReadonlySet<unknown> = new Set();
  /** How many entries there were when another process was last seen to have written. */
  let committed = 0;
  return {
    load(entries) {
      committed = entries;
      paused = new Set(readPauses.all().map((row) => row.principal));
    },
    require({ principal, credential, run }, now) {
      if (paused.has(everyone) || paused.has(principal)) throw pausedError(principal, paused.has(everyone));
      if (credential !== undefined) recheckCredential(credential, now);
      if (run !== undefined && hasEnded(run.id, committed)) throw endedRun(run.id);
    },
  };
}
