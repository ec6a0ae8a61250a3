import { systemClock } from "../../core/clock.ts";
import { parseDuration } from "../../core/duration.ts";
import { RingmainError } from "../../core/errors.ts";
import { listCredentials } from "../../identity/credentials.ts";
import { clientGrants } from "../client-grants.ts";
import type { GlobalOptions } from "../command.ts";
import { confirm } from "../confirm.ts";
import { issueClientCredential, requireMayIssue } from "../issue-client-credential.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { instantText, standingOf } from "./standing.ts";

const longestDays = 3650;

/** Makes a client's credential and shows its secret, this once. */
export async function addClient(
  client: string,
  options: { expires?: string },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const tools = clientGrants(workspace, client);
  const lifetimeMs = options.expires === undefined ? undefined : readLifetime(options.expires);
  const principal = `client:${client}`;
  await requireMayIssue(workspace, client, systemClock.now());

  const old = await withDatabase(workspace, systemClock.now(), (database) =>
    listCredentials(database).find(
      (row) => row.principal === principal && standingOf(row, systemClock.now()) === "valid",
    ),
  );
  if (old !== undefined) {
    const made = instantText(old.createdAt);
    await confirm(`${client} has a credential (${old.id}, made ${made}). Withdraw it for a new one?`, global);
  }

  const now = systemClock.now();
  const expiresAt = lifetimeMs === undefined ? undefined : new Date(now.getTime() + lifetimeMs);
  const issued = await issueClientCredential(workspace, { client, now, ...(expiresAt && { expiresAt }) });
  if (json) {
    const { id, credential } = issued;
    return terminal.json({ client, id, credential, expires_at: expiresAt?.toISOString(), withdrew: old?.id });
  }
  const until =
    expiresAt === undefined ? "until it is revoked" : `until ${instantText(expiresAt.toISOString())}`;
  terminal.note(`${client} has a credential, good ${until}. It may call: ${tools.join(", ")}`);
  terminal.print(issued.credential);
  terminal.note(
    "This is shown once: only a hash of it is stored. Give it to the client as RINGMAIN_TOKEN, with",
  );
  terminal.note(`RINGMAIN_WORKSPACE=${workspace.dir}, where it starts \`ringmain mcp SERVER\`.`);
}

function readLifetime(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= longestDays * 86_400_000) return ms;
  throw new RingmainError("INPUT_INVALID", `--expires takes how long it is good for, not "${text}".`, {
    hint: `Write 12h, 30d or 52w; at most ${longestDays}d. Without it, it is good until it is revoked.`,
  });
}
