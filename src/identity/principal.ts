import type { AmountLimit } from "../core/amount-limit.ts";

/** How a principal was verified. `none` is a caller without a credential, or with a bad one. */
export type Verification = "run_token" | "runner_token" | "credential" | "none";

/** Who makes a call, as verified. */
export interface Identity {
  /** `agent:collector`, `client:claude-desktop`, `user:maria`, `ringmain:hub` or `client:anonymous`. */
  principal: string;
  verifiedBy: Verification;
  /** The roles of a person, as ringmain.yaml had them when the runner signed the token. */
  roles: readonly string[];
  /** The id of the client's credential, by which its row is looked up again in the transaction of the call. */
  credential?: string | undefined;
  /** The run on whose behalf an agent calls. */
  run?: RunClaims | undefined;
}

export interface RunClaims {
  id: string;
  workflow: string;
  /** SHA-256 of the workflow file, in hex. */
  workflowHash: string;
  /** At most this many writes in the run. */
  writes?: number | undefined;
  /** At most this many calls in the run, reads included. */
  calls?: number | undefined;
  /** At most these amounts in the run. */
  amounts?: readonly AmountLimit[] | undefined;
}

/** A caller nobody vouches for. No list grants it anything. */
export const anonymous: Identity = { principal: "client:anonymous", verifiedBy: "none", roles: [] };

/** The runner itself: it may read the definitions of all tools and call none. */
export const hubPrincipal = "ringmain:hub";
