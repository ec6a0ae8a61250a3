import type { DatabaseSync } from "node:sqlite";
import { lastEntries } from "../audit/read.ts";
import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import { listCredentials } from "../identity/credentials.ts";
import type { Workspace } from "../workspace/load-workspace.ts";
import { personAt } from "./person.ts";

/** Of a trail without end, so many of the newest entries are looked at where no index helps. */
export const recentEntries = 100_000;

/**
 * Throws NOT_FOUND unless somebody may call under a name: an agent with a file (a faulty one too: a server that runs may
 * know it from before), a client that is configured or has a credential, a member of a role, or whoever did call.
 */
export function requireKnown(principal: string, workspace: Workspace, database: DatabaseSync): void {
  const known = knownPrincipals(workspace, database);
  if (known.includes(principal) || hasActed(principal, database)) return;
  const named = known.find((candidate) => candidate.endsWith(`:${principal}`));
  throw new RingmainError("NOT_FOUND", `There is no principal "${principal}" here.`, {
    hint: named === undefined ? hintFor(principal, known) : `Did you mean "${named}"?`,
  });
}

function hintFor(principal: string, known: readonly string[]): string {
  return didYouMean(principal, known) ?? `Known are: ${known.join(", ")}.`;
}

function knownPrincipals(workspace: Workspace, database: DatabaseSync): string[] {
  const { agents, problems, config } = workspace;
  const faulty = problems.flatMap(({ file }) => /^agents\/(.*)\.md$/.exec(file)?.[1] ?? []);
  const members = Object.values(config.roles).flatMap((role) => role.members);
  const known = [
    ...[...agents.map(({ id }) => id), ...faulty].map((id) => `agent:${id}`),
    ...Object.keys(config.clients).map((id) => `client:${id}`),
    ...listCredentials(database).map((credential) => credential.principal),
    ...members.filter((member) => member !== "*").map((member) => `user:${member}`),
    personAt(workspace).principal,
  ];
  return [...new Set(known)];
}

/** Whether a principal made a verified call of late. With a role for everyone, the trail alone knows its people. */
function hasActed(principal: string, database: DatabaseSync): boolean {
  if (!/^(agent|client|user):./.test(principal) || principal === "client:anonymous") return false;
  const newest = lastEntries(database, {}, 1).at(-1)?.seq ?? 0;
  return lastEntries(database, { principal, after: newest - recentEntries }, 1).length > 0;
}
