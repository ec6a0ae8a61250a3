import { lastUses } from "../../audit/last-uses.ts";
import { systemClock } from "../../core/clock.ts";
import { listCredentials, type StoredCredential } from "../../identity/credentials.ts";
import { listPauses } from "../../identity/pauses.ts";
import type { GlobalOptions } from "../command.ts";
import { recentEntries } from "../known-principal.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { instantText, type Standing, standingOf } from "./standing.ts";

/** A credential, how it stands, and when it last vouched for a call. */
interface Row extends StoredCredential {
  standing: Standing;
  lastUsedAt: string | undefined;
}

/** Lists the clients of ringmain.yaml, and those that it no longer names, with every credential they ever had. */
export async function listClients(global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const now = systemClock.now();
  const { rows, paused } = await withDatabase(workspace, now, (database) => {
    const credentials = listCredentials(database);
    const spans = credentials.map(({ id, principal, createdAt, revokedAt }) => {
      return { id, principal, from: createdAt, until: revokedAt };
    });
    const used = lastUses(database, spans, recentEntries);
    return {
      rows: credentials.map((row): Row => {
        return { ...row, standing: standingOf(row, now), lastUsedAt: used.get(row.id) };
      }),
      paused: new Set(listPauses(database).map(({ principal }) => principal)),
    };
  });

  const configured = Object.keys(workspace.config.clients).map((name) => `client:${name}`);
  const principals = [...new Set([...configured, ...rows.map(({ principal }) => principal)])];
  const clients = principals.map((principal) => {
    const client = principal.slice("client:".length);
    return {
      client,
      configured: configured.includes(principal),
      paused: paused.has(principal),
      tools: configured.includes(principal) ? (workspace.config.clients[client]?.tools ?? []) : [],
      rows: rows.filter((row) => row.principal === principal),
    };
  });
  if (json) {
    const documents = clients.map(({ rows: own, ...rest }) => {
      return { ...rest, credentials: own.map(document) };
    });
    return terminal.json({ clients: documents });
  }
  const { colour } = terminal;
  for (const { client, configured: named, paused: off, rows: own } of clients) {
    const marks = [...(off ? [colour.yellow("paused")] : []), ...(named ? [] : ["not in ringmain.yaml"])];
    terminal.print([colour.bold(client), ...marks].join("  "));
    for (const row of own) for (const line of lines(row, colour)) terminal.print(line);
    if (own.length === 0)
      terminal.print(colour.dim(`  no credential; \`ringmain clients add ${client}\` makes one`));
  }
  if (clients.length === 0)
    terminal.note("There are no clients; each is named under clients: in ringmain.yaml.");
}

function document(row: Row) {
  return {
    id: row.id,
    standing: row.standing,
    created_at: row.createdAt,
    created_by: row.createdBy,
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    revoked_by: row.revokedBy,
    last_used_at: row.lastUsedAt,
  };
}

function* lines(row: Row, colour: Terminal["colour"]): Generator<string> {
  const { id, standing, createdAt, createdBy, expiresAt, revokedAt, revokedBy, lastUsedAt } = row;
  const paint = { valid: colour.green, expired: colour.yellow, revoked: colour.dim }[standing];
  yield `  ${id}  ${paint(standing.padEnd(7))}  made ${instantText(createdAt)}${byWhom(createdBy)}`;
  const ends = expiresAt === undefined ? "does not expire" : `expires ${instantText(expiresAt)}`;
  const used = lastUsedAt === undefined ? "not used of late" : `last used ${instantText(lastUsedAt)}`;
  const gone = revokedAt === undefined ? [] : [`revoked ${instantText(revokedAt)}${byWhom(revokedBy)}`];
  yield colour.dim(`                ${[...gone, ends, used].join(" · ")}`);
}

function byWhom(person: string | undefined): string {
  return person === undefined ? "" : ` by ${person}`;
}
