import type { Entry } from "../audit/entry.ts";
import { credentialId, issueCredential, listCredentials } from "../identity/credentials.ts";
import { ensureWriterKey } from "../identity/keys.ts";
import type { Workspace } from "../workspace/load-workspace.ts";
import { type Act, actAsPerson } from "./act-as-person.ts";
import { personAt } from "./person.ts";
import { withDatabase } from "./with-database.ts";

/** A credential that was made just now. */
interface IssuedCredential {
  id: string;
  /** The secret itself: shown or written once, and stored nowhere. */
  credential: string;
}

/**
 * Makes the credential of a client, with an entry that says who made it. The one that the client had is withdrawn.
 * Throws POLICY_DENIED, recorded, unless the person has a role.
 */
export function issueClientCredential(
  workspace: Workspace,
  options: { client: string; expiresAt?: Date; now: Date },
): Promise<IssuedCredential> {
  const { client, expiresAt, now } = options;
  const act = actOf(client);
  const { principal } = act;
  return withDatabase(workspace, now, (database) =>
    actAsPerson(
      { database, writerKey: ensureWriterKey(workspace.stateDir), person: personAt(workspace), act, now },
      (by) => {
        const live = listCredentials(database).filter(
          (row) => row.principal === principal && row.revokedAt === undefined,
        );
        const credential = issueCredential(database, { principal, by, expiresAt, now });
        const id = credentialId(credential) ?? "";
        const withdrawn = live.map((row): Entry["changed"][number] => ["identity_credential", row.id, 2]);
        return { answer: { id, credential }, changed: [["identity_credential", id, 1], ...withdrawn] };
      },
    ),
  );
}

/** Throws what would keep the person from making a credential, and records it, before anything is asked or shown. */
export async function requireMayIssue(workspace: Workspace, client: string, now: Date): Promise<void> {
  await withDatabase(workspace, now, (database) =>
    actAsPerson(
      {
        database,
        writerKey: ensureWriterKey(workspace.stateDir),
        person: personAt(workspace),
        act: actOf(client),
        now,
      },
      () => ({
        answer: undefined,
        changed: [],
      }),
    ),
  );
}

function actOf(client: string): Act & { principal: string } {
  const principal = `client:${client}`;
  // the rows that it changes are named by their ids, which tell a reader of the trail nothing
  return {
    kind: "client",
    tool: "ringmain.issue_credential",
    effect: "create",
    principal,
    reason: principal,
  };
}
