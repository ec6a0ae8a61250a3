import type { DatabaseSync } from "node:sqlite";
import { pendingRequests } from "../approval/pending-requests.ts";
import { systemClock } from "../core/clock.ts";
import { followSharing } from "../core/shared-folder.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import { tracePlaceOfRun, traceparentOf } from "../core/trace-context.ts";
import { createWriteQueue, type Write } from "../db/write-queue.ts";
import type { Engine } from "../engine/engine.ts";
import { openSqliteEngine } from "../engine/sqlite/engine.ts";
import { createHub, type Hub } from "../hub/hub.ts";
import { ensureKeys, ensureWriterKey, readPrivateKey, readPublicKey } from "../identity/keys.ts";
import { hubPrincipal } from "../identity/principal.ts";
import { createSigner } from "../identity/tokens.ts";
import { openWorkspaceDatabase } from "../kit/open-store.ts";
import { executePlan } from "../workflow/execute.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { loadWorkspace, type Workspace } from "../workspace/load-workspace.ts";
import { type Person, personAt, refusalOf } from "./person.ts";
import { compileCacheDir } from "./program-files.ts";
import { createTrailJournal } from "./trail-journal.ts";
import { readLock, serverSpecs } from "./workspace-tools.ts";

const daySeconds = 86_400;

/** The whole program, assembled. */
export interface Ring {
  workspace: Workspace;
  /** The runner's own connection to the one database. */
  database: DatabaseSync;
  /** The queue of everything that writes on that connection. */
  write: Write;
  /** The servers, one process each, shared by everything below. */
  hub: Hub;
  engine: Engine;
  /**
   * The tools of all servers, or of one: from ringmain.lock without starting any, else as the servers describe
   * them.
   */
  tools(server?: string): Promise<ToolDescription[]>;
  /** The person at the keyboard, and the token that says so to the servers. */
  person: Person & { token: string };
  /**
   * Throws POLICY_DENIED unless the person has a role, for an agent's grants are not for anyone to set to work, and
   * PAUSED when the person is paused.
   */
  requireRole(): void;
  /** Whether `requireRole` would let the person. */
  hasRole(): boolean;
  /** A token for one call as another principal, outside of any run. */
  tokenFor(principal: string): string;
  /** Ends the servers and frees what runs here. Safe to repeat. */
  close(): Promise<void>;
}

/** What tells this workspace's runs from those of any other in one tracing system. */
export function traceOrigin({ stateDir }: Workspace): string {
  return readPublicKey(stateDir);
}

/** Finds the workspace and reads its files. */
export function openWorkspace(named: string | undefined): Workspace {
  const workspace = loadWorkspace(findWorkspace({ named }));
  followSharing(workspace.stateDir);
  return workspace;
}

/**
 * Assembles the program over a workspace: one database, one hub of servers, one engine of runs. A server starts
 * at its first use, unless it is named to be started at once.
 */
export async function openRing(options: {
  workspace: Workspace;
  log?: (line: string) => void;
  /** Takes the tools as the servers have them now, whatever ringmain.lock says. */
  unpinned?: boolean;
  /** Servers that will be used, to start while the rest is made ready. */
  start?: readonly string[];
}): Promise<Ring> {
  const { workspace, log = () => {} } = options;
  ensureKeys(workspace.stateDir);
  const database = await openWorkspaceDatabase({
    path: workspace.databasePath,
    now: systemClock.now(),
    synchronous: "normal",
  });
  const sign = createSigner(readPrivateKey(workspace.stateDir));
  const signNow = (request: Parameters<typeof sign>[0]) => sign(request, systemClock.now());
  const origin = traceOrigin(workspace);
  const lock = options.unpinned === true ? undefined : readLock(workspace);

  const hubToken = signNow({ principal: hubPrincipal, lifetimeSeconds: 30 * daySeconds });
  const hub = createHub({
    servers: serverSpecs(workspace),
    token: () => hubToken,
    pinned: lock?.hashes,
    environment: { NODE_COMPILE_CACHE: compileCacheDir, ...process.env },
    log: ({ level, server, message }) => {
      if (level === "warn" || level === "error") log(`${server}: ${message}`);
    },
  });

  for (const server of options.start ?? []) hub.start(server);

  const write = createWriteQueue(database);
  const engine = await openSqliteEngine({
    database,
    write,
    journal: createTrailJournal(database, ensureWriterKey(workspace.stateDir)),
    approvals: pendingRequests(database, systemClock),
    executePlan,
    // one token a run: it says which agent acts, for which run of which version of the workflow
    callerFor: async ({ runId, workflow, workflowHash, agent }, limits) => {
      const run = { id: runId, workflow, workflowHash, ...limits };
      const token = signNow({ principal: `agent:${agent}`, run, lifetimeSeconds: daySeconds });
      const traceparent = traceparentOf(tracePlaceOfRun(runId, origin));
      return ({ path, ...call }) => hub.call({ ...call, step: path, token, traceparent });
    },
    onFault: ({ logId, error }) => log(`${logId}: ${error instanceof Error ? error.stack : String(error)}`),
  });

  const person = personAt(workspace);
  const token = signNow({ ...person, lifetimeSeconds: daySeconds });
  return {
    workspace,
    database,
    write,
    hub,
    engine,
    tools: async (server) =>
      lock?.tools.filter((tool) => server === undefined || tool.server === server) ?? hub.tools(server),
    person: { ...person, token },
    requireRole() {
      const refusal = refusalOf(person, database);
      if (refusal !== undefined) throw refusal;
    },
    hasRole: () => refusalOf(person, database) === undefined,
    tokenFor: (who) => signNow({ principal: who, lifetimeSeconds: 60 }),
    async close() {
      await engine.close();
      await hub.close();
      if (database.isOpen) database.close();
    },
  };
}
