import { type ApprovalRequest, rolesAsked } from "./request.ts";

/** Who may decide about a request on behalf of one role that it asks. */
export interface Deciders {
  role: string;
  /** `user:maria`; `*` is everybody who can use the workspace, but for those with a part in the call. */
  people: readonly string[];
  /** The members who may not, since they asked for the call or started the run that asks for it. */
  excluded: readonly string[];
}

/**
 * Who may decide about a request, role by role. `membersOf` gives the members of a role as `ringmain.yaml` names them
 * (`maria`, `*`), and none where there is no such role. A role without people is a dead end: nobody can approve.
 */
export function decidersOf(
  { asks, principal, startedBy }: Pick<ApprovalRequest, "asks" | "principal" | "startedBy">,
  membersOf: (role: string) => readonly string[],
): Deciders[] {
  return rolesAsked(asks).map((role) => {
    const members = [...new Set(membersOf(role))].map((name) => (name === "*" ? name : `user:${name}`));
    const isExcluded = (person: string) => person === principal || person === startedBy;
    return {
      role,
      people: members.filter((person) => !isExcluded(person)),
      excluded: members.filter(isExcluded),
    };
  });
}
