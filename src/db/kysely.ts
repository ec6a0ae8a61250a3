import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect, type SqliteStatement } from "kysely";

/**
 * A Kysely query builder over a connection that somebody else opened and will close. Statements are prepared
 * once and remembered. Use the builder inside `transact`; Kysely's own `transaction()` sends a deferred BEGIN.
 */
export function kyselyOver<Tables>(database: DatabaseSync): Kysely<Tables> {
  const cache = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const statement = adapt(database.prepare(sql));
    if (cache.size >= 500) cache.clear();
    cache.set(sql, statement);
    return statement;
  };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare, close: () => {} } }) });
}

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bindable(parameters)),
    run: (parameters) => statement.run(...bindable(parameters)),
    iterate: (parameters) => statement.iterate(...bindable(parameters)),
  };
}

function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (typeof value === "boolean") return value ? 1 : 0;
    if (value === undefined || value === null) return null;
    if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
    if (value instanceof Uint8Array) return value;
    throw new TypeError("A query parameter must be text, a number, a boolean, bytes or null.");
  });
}
