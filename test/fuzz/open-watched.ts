import { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../src/audit/entry.ts";
import { recordsOf, storeGivenRows } from "../../src/audit/given-rows.ts";
import { lastEntries } from "../../src/audit/read.ts";
import { verifyTrail } from "../../src/audit/verify.ts";
import { verifyRecords } from "../../src/audit/verify-records.ts";
import { newId } from "../../src/core/ids.ts";
import { kyselyOver } from "../../src/db/kysely.ts";
import { transact } from "../../src/db/transaction.ts";
import { ensureWriterKey, readPublicKey } from "../../src/identity/keys.ts";
import { createVerifier } from "../../src/identity/tokens.ts";
import type { CallContext, ServerDefinition } from "../../src/kit/define-tool.ts";
import { describeTool } from "../../src/kit/describe-tool.ts";
import { linksOver } from "../../src/kit/links.ts";
import { migrateServer, openWorkspaceDatabase, restrictToServer } from "../../src/kit/open-store.ts";
import { createPipeline } from "../../src/kit/pipeline.ts";
import { viewsOf } from "../../src/kit/view.ts";
import { createAccess } from "../../src/policy/access.ts";
import { approvalRulesOf, grantsOf, limitsOf, loadWorkspace } from "../../src/workspace/load-workspace.ts";
import { temporaryWorkspace } from "../fixtures/kit/temporary-workspace.ts";
import { watchChanges } from "./watch-changes.ts";

const start = new Date("2026-11-23T08:40:00Z");

/** What a call is made with. */
export interface WatchedCall {
  /** The name of a tool or of a view. */
  name: string;
  isView?: boolean;
  arguments: unknown;
  key?: string | undefined;
  once?: string | undefined;
}

export type Watched = Awaited<ReturnType<typeof openWatched>>;

/**
 * A server over a file with its sample data, called through its real pipeline by an agent that may call every tool.
 * Its changes are counted; a minute passes with each call.
 */
export async function openWatched<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  seed: (call: CallContext<Tables>) => Promise<unknown>,
) {
  const server = definition.name;
  const tools = definition.tools.map((tool) => describeTool(server, tool));
  const workspace = await temporaryWorkspace({
    agents: { fuzzer: { tools: tools.map(({ name }) => `${server}.${name}`) } },
  });
  const files = loadWorkspace(workspace.dir);
  let now = start;
  const database = await openWorkspaceDatabase({
    path: workspace.databasePath,
    now,
    synchronous: "normal",
  });
  const writerKey = ensureWriterKey(workspace.stateDir);
  await migrateServer(database, definition, now, writerKey);
  await transact(database, async () => {
    const principal = "ringmain:demo";
    const changed = () => {};
    const linked: Entry["changed"] = [];
    const links = linksOver(
      database,
      server,
    )({ now, changed: (table, id, version) => void linked.push([table, id, version]) });
    await seed({
      db: kyselyOver<Tables>(database),
      now,
      principal,
      newId,
      hides: () => false,
      changed,
      ...links,
    });
    storeGivenRows(database, { server, rows: [...recordsOf(database, server), ...linked], writerKey });
  });

  const reader = new DatabaseSync(workspace.databasePath);
  const changes = watchChanges(database, reader, server);
  const identity = createVerifier(readPublicKey(workspace.stateDir))(
    await workspace.token("agent:fuzzer", {}, now),
    now,
  );
  const logged: unknown[] = [];
  let calls = 0;
  let stopped = false;
  const pipeline = createPipeline({
    definition,
    database,
    writerKey,
    restriction: restrictToServer(database, server),
    access: createAccess({ grants: grantsOf(files), policies: files.policies, tools }),
    limits: limitsOf(files),
    approvals: approvalRulesOf(files),
    clock: { now: () => now },
    logFailure: (_id, error) => void logged.push(error),
  });

  return {
    name: server,
    dir: workspace.dir,
    tools,
    views: [...viewsOf(definition).values()].map(({ name, input }) => ({ name, input })),
    templates: (definition.resources ?? []).map(({ name, uri }) => ({ name, uri })),
    outputOf: (name: string) => definition.tools.find((tool) => tool.name === name)?.output,
    reader,
    changes,
    /** The failures that are bugs, as the server's log has them. */
    logged,
    /** How many calls were made. */
    calls: () => calls,
    now: () => now,
    /** From now on no time passes with calls. */
    stopClock() {
      stopped = true;
    },
    call({ name, ...call }: WatchedCall) {
      calls += 1;
      if (!stopped) now = new Date(now.getTime() + 60_000);
      return pipeline.call({ ...call, tool: name, client: "fuzz/1", identify: async () => identity });
    },
    lastEntry: () => lastEntries(reader, {}, 1)[0],
    verify: () => verifyTrail(reader, { writerKey }),
    verifyRecords: () => verifyRecords(reader, { writerKey }),
    [Symbol.dispose]() {
      reader.close();
      database.close();
      workspace[Symbol.dispose]();
    },
  };
}
