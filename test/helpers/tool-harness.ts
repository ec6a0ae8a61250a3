import { DatabaseSync } from "node:sqlite";
import { newId } from "../../src/core/ids.ts";
import { kyselyOver } from "../../src/db/kysely.ts";
import { migrate } from "../../src/db/migrate.ts";
import { transact } from "../../src/db/transaction.ts";
import type { ChangedRecord, ServerDefinition } from "../../src/kit/define-tool.ts";

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
  await migrate(database, definition.name, definition.migrations, now);
  const db = kyselyOver<Tables>(database);
  let changes: ChangedRecord[] = [];

  const contextNow = () =>
    definition.context({
      db,
      now,
      principal: "user:test",
      newId,
      changed: (table, id, version) => void changes.push({ table, id, version }),
    });

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
  };
}
