import { DatabaseSync } from "node:sqlite";
import { newId } from "../../src/core/ids.ts";
import { kyselyOver } from "../../src/db/kysely.ts";
import { migrate } from "../../src/db/migrate.ts";
import { transact } from "../../src/db/transaction.ts";
import type { ChangedRecord, ServerDefinition } from "../../src/kit/define-tool.ts";
import { linksOver } from "../../src/kit/links.ts";
import { kitMigrations } from "../../src/kit/migrations.ts";

/**
 * Runs a server's tools in memory, in real transactions and with real schemas, but without the pipeline:
 * for tests of what a tool does. Permission, audit and idempotency have tests of their own.
 */
export async function toolHarness<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  start = "2026-11-02T08:00:00Z",
) {
  const database = new DatabaseSync(":memory:");
  database.exec("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON");
  let now = new Date(start);
  await migrate(database, "kit", kitMigrations, now);
  await migrate(database, definition.name, definition.migrations, now);
  const linksOf = linksOver(database, definition.name);
  const db = kyselyOver<Tables>(database);
  let changes: ChangedRecord[] = [];

  const contextNow = () => {
    const changed = (table: string, id: string, version: number) => void changes.push({ table, id, version });
    const links = linksOf({ now, changed });
    return definition.context({
      db,
      now,
      principal: "user:test",
      newId,
      hides: () => false,
      changed,
      ...links,
    });
  };

  return {
    database,
    db,
    setNow(instant: string) {
      now = new Date(instant);
    },
    /** The rows that the last call named as changed. */
    changes: () => changes,
    /** Calls a tool by name; throws what it throws, with nothing changed. */
    async call(name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
      const tool = definition.tools.find((candidate) => candidate.name === name);
      if (tool === undefined) throw new Error(`${definition.name} has no tool ${name}`);
      const input = tool.input.parse(args);
      changes = [];
      return transact(database, async () => {
        const context = contextNow();
        const facts = await tool.resource?.(input, context);
        if (facts !== undefined) tool.facts?.parse(facts);
        return tool.output.parse(await tool.handler(input, context));
      });
    },
    contextNow,
    /** Links as a call made now would see them. */
    linksNow: () => linksOf({ now, changed: () => {} }),
  };
}
