import { constants, type DatabaseSync } from "node:sqlite";

const dataActions = new Set([
  constants.SQLITE_READ,
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
]);
const forbiddenFunctions = new Set(["load_extension", "readfile", "writefile", "fts3_tokenizer"]);

/** Restricts a connection to its own tables. */
export interface Restriction {
  /** While true, the shared tables and every statement that opens or ends a transaction are denied too. */
  handlerRunning: boolean;
}

/**
 * From now on the connection may select, insert, update and delete in the listed tables and nothing else: no
 * DDL, no ATTACH, no PRAGMA but the one that asks for changes by others (and that not while a handler runs). Call it after migrations. A list of tables alone would let `DROP TRIGGER` and
 * `ALTER TABLE … RENAME` through, so every action that is not named here is denied. It runs when a statement
 * is prepared and costs nothing afterwards.
 */
export function restrict(
  database: DatabaseSync,
  tables: { own: ReadonlySet<string>; shared: ReadonlySet<string> },
): Restriction {
  const restriction: Restriction = { handlerRunning: false };
  database.setAuthorizer((action, first, second) => {
    if (action === constants.SQLITE_SELECT || action === constants.SQLITE_RECURSIVE)
      return constants.SQLITE_OK;
    if (action === constants.SQLITE_FUNCTION) {
      return forbiddenFunctions.has((second ?? "").toLowerCase())
        ? constants.SQLITE_DENY
        : constants.SQLITE_OK;
    }
    if (action === constants.SQLITE_TRANSACTION || action === constants.SQLITE_SAVEPOINT) {
      return restriction.handlerRunning ? constants.SQLITE_DENY : constants.SQLITE_OK;
    }
    if (action === constants.SQLITE_PRAGMA && first === "data_version" && second === null)
      return restriction.handlerRunning ? constants.SQLITE_DENY : constants.SQLITE_OK;
    if (!dataActions.has(action) || first === null) return constants.SQLITE_DENY;
    if (tables.own.has(first)) return constants.SQLITE_OK;
    return tables.shared.has(first) && !restriction.handlerRunning
      ? constants.SQLITE_OK
      : constants.SQLITE_DENY;
  });
  return restriction;
}

/** The tables whose names start with `<owner>_`, as the migrations made them. */
export function tablesOf(database: DatabaseSync, owner: string): Set<string> {
  const rows = database
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND substr(name, 1, ?) = ?")
    .all(owner.length + 1, `${owner}_`);
  return new Set(rows.map((row) => String(row.name)));
}
