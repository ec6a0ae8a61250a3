import type { DatabaseSync } from "node:sqlite";
import { tablesOf } from "../../src/db/authorizer.ts";

/** Gives values that stand in the store now and may be meant by an argument of this name. None when nothing fits. */
export type KnownValues = (tool: string, argument: string) => readonly string[];

/** How many values of a column, from either end. */
const perEnd = 10;

/**
 * Reads the texts of a server's tables: by the name of their column, and ids also by the name of their table, so that
 * `customer_id` finds those of `accounting_customer`. `aliases` names what else an argument may be called.
 */
export function readKnownValues(
  database: DatabaseSync,
  server: string,
  aliases: Readonly<Record<string, string>> = {},
): KnownValues {
  const byName = new Map<string, Set<string>>();
  const add = (name: string, values: readonly string[]) =>
    byName.set(name, new Set([...(byName.get(name) ?? []), ...values]));

  for (const table of tablesOf(database, server)) {
    const thing = table.slice(server.length + 1);
    for (const { name } of database.prepare(`PRAGMA table_info(${table})`).all()) {
      const values = textsOf(database, table, String(name));
      add(String(name), values);
      if (name === "id" || name === "ref") add(`${thing}_id`, values);
    }
  }

  return (tool, argument) => {
    const name = aliases[argument] ?? argument;
    if (name !== "id") return [...(byName.get(name) ?? [])];
    const named = [...byName].filter(([key]) => key.endsWith("_id") && tool.includes(key.slice(0, -3)));
    const ids = named.flatMap(([, values]) => [...values]);
    return ids.length > 0 ? ids : [...(byName.get("id") ?? []), ...(byName.get("ref") ?? [])];
  };
}

function textsOf(database: DatabaseSync, table: string, column: string): string[] {
  const end = (order: string) =>
    database
      .prepare(
        `SELECT DISTINCT "${column}" AS value FROM ${table}
         WHERE typeof("${column}") = 'text' AND length("${column}") BETWEEN 1 AND 64
         ORDER BY "${column}" ${order} LIMIT ${perEnd}`,
      )
      .all()
      .map(({ value }) => String(value));
  return [...new Set([...end("ASC"), ...end("DESC")])];
}
