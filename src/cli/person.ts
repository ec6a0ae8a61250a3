import { userInfo } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { isPaused } from "../identity/pauses.ts";
import { rolesOf, type Workspace } from "../workspace/load-workspace.ts";

/** Who sits at the keyboard: the operating system says so, whatever the environment claims. */
export interface Person {
  /** `user:maria` */
  principal: string;
  roles: readonly string[];
}

/** The person at the keyboard, with the roles that ringmain.yaml gives them. */
export function personAt(workspace: Workspace): Person {
  const user = userInfo().username;
  return { principal: `user:${user}`, roles: rolesOf(workspace, user) };
}

/**
 * Why a person may neither start a run nor decide about principals: they have no role here, or are paused by their own
 * name. A pause of everyone does not keep a person from lifting it.
 */
export function refusalOf({ principal, roles }: Person, database: DatabaseSync): RingmainError | undefined {
  if (roles.length === 0) {
    return new RingmainError(
      "POLICY_DENIED",
      `${principal} has no role here, so it may start and decide nothing.`,
      {
        hint: `Add ${principal.slice("user:".length)} to the members of a role in ringmain.yaml.`,
      },
    );
  }
  if (!isPaused(database, principal)) return undefined;
  return new RingmainError("PAUSED", `${principal} is paused.`, {
    hint: `Another person with a role can let it go on with \`ringmain resume ${principal}\`.`,
  });
}
