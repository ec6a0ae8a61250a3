import { systemClock } from "../../core/clock.ts";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import {
  credentialId,
  listCredentials,
  revokeCredentials,
  type StoredCredential,
} from "../../identity/credentials.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { GlobalOptions } from "../command.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";

/** Withdraws the credential of a client, which is named or meant by the credential's id. */
export async function revokeClient(
  named: string,
  options: { reason?: string },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const reason = readReason(options.reason);
  const now = systemClock.now();
  const { principal, revoked } = await withDatabase(workspace, now, async (database) => {
    const { principal, id } = meantBy(named, listCredentials(database), workspace);
    const act = {
      kind: "client",
      tool: "ringmain.revoke_credential",
      effect: "update",
      principal,
      reason: [principal, reason].filter((text) => text !== undefined).join(": "),
    } as const;
    const revoked = await actAsPerson(
      { database, writerKey: ensureWriterKey(workspace.stateDir), person: personAt(workspace), act, now },
      (by) => {
        const ids = revokeCredentials(database, { principal, id, by, now });
        return { answer: ids, changed: ids.map((id) => ["identity_credential", id, 2]) };
      },
    );
    return { principal, revoked };
  });
  const client = principal.slice("client:".length);
  if (json) return terminal.json({ client, revoked });
  const { colour } = terminal;
  terminal.print(
    revoked.length > 0
      ? `${colour.green("✓")} ${client}'s credential ${revoked.join(", ")} is revoked: its next call is refused.`
      : "Nothing is left to revoke: it was revoked already, or never made.",
  );
}

/** Whose credential is meant, and which, when it is named by its id. Throws NOT_FOUND. */
function meantBy(
  named: string,
  credentials: readonly StoredCredential[],
  { config }: Workspace,
): { principal: string; id?: string } {
  const client = named.replace(/^client:/, "");
  const principal = `client:${client}`;
  const clients = [
    ...Object.keys(config.clients),
    ...credentials.map((row) => row.principal.slice("client:".length)),
  ];
  if (clients.includes(client)) return { principal };
  const id = credentialId(named);
  const found = credentials.find((row) => row.id === id);
  if (found !== undefined) return { principal: found.principal, id: found.id };
  throw new RingmainError("NOT_FOUND", `There is no client or credential "${shown(named)}".`, {
    hint: didYouMean(client, clients) ?? "`ringmain clients ls` lists them.",
  });
}

/** What was named, without the secret that it may hold. */
function shown(named: string): string {
  return named.replace(/^(rmc_[0-9a-f]{12}_).*/s, "$1…");
}
