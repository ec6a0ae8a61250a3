import { decidersOf } from "../../approval/deciders.ts";
import type { ApprovalRequest } from "../../approval/request.ts";
import { scanPolicies } from "../../policy/scan-policies.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { counted } from "../counted.ts";

type Config = Pick<Workspace, "config">;
type Asked = Pick<ApprovalRequest, "asks" | "principal" | "startedBy">;

/** A role of which nobody can decide about some requests: why, and what to write into ringmain.yaml. */
export interface DeadEnd {
  role: string;
  /** How many of the requests ask it in vain. */
  requests: number;
  /** `finance has no members` */
  why: string;
  /** What helps, as lines for a person. */
  remedy: string[];
}

/** The roles that some pending requests ask in vain, since everybody in them had a part in the call, or nobody is. */
export function deadEnds(requests: readonly Asked[], workspace: Config): DeadEnd[] {
  const found = new Map<string, { requests: number; involved: Set<string> }>();
  for (const request of requests) {
    for (const { role, people } of decidersOf(request, membersIn(workspace))) {
      if (people.length > 0) continue;
      const one = found.get(role) ?? { requests: 0, involved: new Set() };
      found.set(role, one);
      one.requests += 1;
      for (const person of [request.principal, request.startedBy])
        if (person?.startsWith("user:")) one.involved.add(person.slice("user:".length));
    }
  }
  return [...found].map(([role, { requests: count, involved }]) => ({
    role,
    requests: count,
    why: whyNobody(role, workspace),
    remedy: addMember(role, workspace, [...involved]),
  }));
}

/** The roles that policies would ask in vain, since they have no members, as lines for a person. */
export function rolesWithoutPeople(workspace: Pick<Workspace, "config" | "policies">): string[][] {
  const asked = workspace.policies.flatMap(({ file, text }) =>
    scanPolicies(file, text).flatMap(({ annotations }) => annotations.get("approval") || []),
  );
  return [...new Set(asked)]
    .filter((role) => membersIn(workspace)(role).length === 0)
    .map((role) => [
      `Policies ask ${role} for approval, but ${whyNobody(role, workspace)}: what waits for it waits in vain.`,
      ...addMember(role, workspace, []),
    ]);
}

/** Dead ends as lines for a person: what is the matter, and what to do about it. */
export function deadEndLines(found: readonly DeadEnd[]): string[] {
  return found.flatMap(({ requests, why, remedy }) => [
    `Nobody can approve ${requests === 1 ? "this request" : `these ${counted(requests, "request")}`}: ${why}.`,
    ...remedy,
  ]);
}

/** The members of a role as ringmain.yaml has them. */
export function membersIn({ config }: Config): (role: string) => readonly string[] {
  return (role) => (Object.hasOwn(config.roles, role) ? (config.roles[role]?.members ?? []) : []);
}

function whyNobody(role: string, workspace: Config): string {
  if (!Object.hasOwn(workspace.config.roles, role)) return `there is no role ${role}`;
  const members = membersIn(workspace)(role);
  if (members.length === 0) return `${role} has no members`;
  const names = members.join(" and ");
  return `${names}, ${members.length === 1 ? "the only member" : "the members"} of ${role}, asked for it or started the run`;
}

const mostTools = 3;

function addMember(role: string, workspace: Config, involved: readonly string[]): string[] {
  const members = [...membersIn(workspace)(role), "NAME"].join(", ");
  const tools = workspace.config.roles[role]?.tools ?? [];
  const granted = [...tools.slice(0, mostTools), ...(tools.length > mostTools ? ["…"] : [])].join(", ");
  const other = involved.length === 0 ? "" : `, not ${involved.join(" and ")}`;
  return [
    `A second person is needed: whoever asks, or starts the run that asks, never approves. Add one to ringmain.yaml,`,
    `by the name of their user of the operating system${other}:`,
    `  roles: { ${role}: { members: [${members}], tools: [${granted}] } }`,
  ];
}
