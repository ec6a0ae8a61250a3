import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  Kysely,
  type QueryResult,
  SqliteDialect,
  type SqliteStatement,
} from "kysely";

/**
 * A Kysely query builder over a connection that somebody else opened and will close. Statements are prepared
 * once and remembered. Use the builder inside `transact`; Kysely's own `transaction()` sends a deferred BEGIN.
 */
export function kyselyOver<Tables>(database: DatabaseSync): Kysely<Tables> {
  const prepare = statementCache(database);
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare, close: () => {} } }) });
}

/** A query builder for one unit of work. */
export interface UnitOfWork<Tables> {
  db: Kysely<Tables>;
  /**
   * Ends the unit: a query made later gets no answer and does nothing, so that one that nobody waited for cannot
   * reach into what comes next on the connection. Returns how many queries have no answer yet.
   */
  end(): number;
}

/**
 * Like `kyselyOver`, for units of work that follow one another on a connection; they share its statements.
 * `beforeQuery` runs before each query of a unit: many a call makes none, and what it need not undo costs nothing.
 */
export function unitsOfWork<Tables>(
  database: DatabaseSync,
): (beforeQuery?: () => void) => UnitOfWork<Tables> {
  const prepare = statementCache(database);
  const dialect = new SqliteDialect({ database: { prepare, close: () => {} } });
  const config = { dialect };
  const adapter = dialect.createAdapter();
  const compiler = dialect.createQueryCompiler();
  const driver = dialect.createDriver();
  const connected = driver.init().then(() => driver.acquireConnection());
  let inner: DatabaseConnection | undefined;

  return (beforeQuery) => {
    let ended = false;
    let waiting = 0;
    const connection: DatabaseConnection = {
      async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
        inner ??= await connected;
        if (ended) return new Promise<never>(() => {});
        beforeQuery?.();
        return inner.executeQuery<R>(query);
      },
      async *streamQuery() {
        yield* [];
        throw new TypeError("Results are not streamed; read them in pages.");
      },
    };
    const provider = {
      async provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
        waiting += 1;
        try {
          return await consumer(connection);
        } finally {
          waiting -= 1;
        }
      },
    };
    const executor = new DefaultQueryExecutor(compiler, adapter, provider);
    return {
      db: new Kysely<Tables>({ config, dialect, driver, executor }),
      end() {
        ended = true;
        return waiting;
      },
    };
  };
}

/** Prepares statements for Kysely, each once. */
function statementCache(database: DatabaseSync): (sql: string) => SqliteStatement {
  const cache = new Map<string, SqliteStatement>();
  return (sql) => {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const statement = adapt(database.prepare(sql));
    if (cache.size >= 500) cache.clear();
    cache.set(sql, statement);
    return statement;
  };
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
