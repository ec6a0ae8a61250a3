import { createAppender } from "../audit/append.ts";
import type { Entry } from "../audit/entry.ts";
import { recordsOf } from "../audit/given-rows.ts";
import { systemClock } from "../core/clock.ts";
import { RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import { kyselyOver } from "../db/kysely.ts";
import { transact } from "../db/transaction.ts";
import { ensureWriterKey } from "../identity/keys.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { loadWorkspace } from "../workspace/load-workspace.ts";
import type { CallContext, ServerDefinition } from "./define-tool.ts";
import { linksOver } from "./links.ts";
import { migrateServer, openWorkspaceDatabase } from "./open-store.ts";

/**
 * Fills a server's tables with sample data, in one transaction with one entry that says so. Prints the counts
 * as JSON. Only a workspace whose ringmain.yaml says `sample: true` can be seeded, and only while the server has
 * no data; anything else throws STATE_INVALID and changes nothing.
 */
export async function seedServer<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  seed: (call: CallContext<Tables>) => Promise<Record<string, number>>,
): Promise<void> {
  const workspace = loadWorkspace(findWorkspace({}));
  if (!workspace.config.sample) {
    throw new RingmainError("STATE_INVALID", `${workspace.dir} is not a sample workspace.`, {
      hint: "Sample data goes only into a workspace whose ringmain.yaml says sample: true.",
    });
  }
  const now = systemClock.now();
  const database = await openWorkspaceDatabase({ path: workspace.databasePath, now });
  const writerKey = ensureWriterKey(workspace.stateDir);
  await migrateServer(database, definition, now, writerKey);
  const appender = createAppender(database, writerKey);
  const linksOf = linksOver(database, definition.name);
  const counts = await transact(database, async () => {
    const seeded = database
      .prepare("SELECT 1 FROM audit_entry WHERE tool = ? LIMIT 1")
      .get(`${definition.name}.seed`);
    if (seeded !== undefined)
      throw new RingmainError("STATE_INVALID", `${definition.name} has sample data already.`);
    appender.load();
    const principal = "ringmain:demo";
    const changed = () => {}; // the rows themselves say it: not every seed names what it writes
    const links: Entry["changed"] = [];
    const linked = (table: string, id: string, version: number) => void links.push([table, id, version]);
    const db = kyselyOver<Tables>(database);
    const made = await seed({
      db,
      now,
      principal,
      newId,
      hides: () => false,
      changed,
      ...linksOf({ now, changed: linked }),
    });
    appender.append(
      {
        time: now.toISOString(),
        kind: "seed",
        principal,
        verified_by: "none",
        server: definition.name,
        tool: `${definition.name}.seed`,
        effect: "create",
        decision: "allow",
        policies: [],
        outcome: "done",
        duration_us: 0,
        changed: [...recordsOf(database, definition.name), ...links],
      },
      { result: canonicalJson(made) },
    );
    appender.store();
    return made;
  });
  database.close();
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}
