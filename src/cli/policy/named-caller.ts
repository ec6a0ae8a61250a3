import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import type { Caller } from "../../policy/access.ts";
import { grantsOf, rolesOf, type Workspace } from "../../workspace/load-workspace.ts";

/** Somebody about whose permissions one may ask. */
export interface NamedCaller {
  /** `agent:collector`, `client:claude-desktop`, `user:maria`, or `role:finance`: anybody with that role alone. */
  id: string;
  caller: Caller;
}

/** Everybody who is named in the files of a workspace: agents, clients, roles and the members of roles. */
export function namedCallers(workspace: Workspace): NamedCaller[] {
  const grantees = [...grantsOf(workspace).keys()];
  const members = Object.values(workspace.config.roles).flatMap((role) => role.members);
  const people = [...new Set(members)].filter((member) => member !== "*").sort();
  return [...grantees, ...people.map((name) => `user:${name}`)].map((id) => asCaller(id, workspace));
}

/** The caller of a name. Throws NOT_FOUND when the files name nobody like that; any person may be asked about. */
export function callerNamed(id: string, workspace: Workspace): NamedCaller {
  const known = namedCallers(workspace);
  const found = known.find((candidate) => candidate.id === id);
  if (found !== undefined) return found;
  if (/^user:./.test(id)) return asCaller(id, workspace);
  const ids = known.map((candidate) => candidate.id);
  const meant = ids.find((candidate) => candidate.endsWith(`:${id}`));
  throw new RingmainError("NOT_FOUND", `There is no principal "${id}" here.`, {
    hint:
      meant === undefined
        ? (didYouMean(id, ids) ?? `There are: ${ids.join(", ")}.`)
        : `Did you mean "${meant}"?`,
  });
}

function asCaller(id: string, workspace: Workspace): NamedCaller {
  const name = id.slice(id.indexOf(":") + 1);
  // no operating system lets a person be called *, so no policy can name them
  if (id.startsWith("role:")) return { id, caller: { principal: "user:*", roles: [name] } };
  const roles = id.startsWith("user:") ? rolesOf(workspace, name) : [];
  return { id, caller: { principal: id, roles } };
}
