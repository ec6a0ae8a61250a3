import type { DatabaseSync } from "node:sqlite";

/**
 * Counts every row that is inserted, updated or deleted in a server's tables and among the links, with triggers: what
 * is rolled back is not counted. To be called before the connection is restricted. Returns what reads the count, as
 * another connection sees it.
 */
export function watchChanges(database: DatabaseSync, reader: DatabaseSync, server: string): () => number {
  const counter = `${server}_counted_changes`;
  const tables = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = 'link' OR substr(name, 1, ?) = ?)",
    )
    .all(server.length + 1, `${server}_`);
  database.exec(`CREATE TABLE ${counter} (changes INTEGER NOT NULL); INSERT INTO ${counter} VALUES (0)`);
  for (const { name: table } of tables) {
    for (const change of ["INSERT", "UPDATE", "DELETE"]) {
      database.exec(`CREATE TRIGGER ${counter}_${change}_${table} AFTER ${change} ON ${table}
        BEGIN UPDATE ${counter} SET changes = changes + 1; END`);
    }
  }
  const count = reader.prepare(`SELECT changes FROM ${counter}`);
  return () => Number(count.get()?.changes);
}
