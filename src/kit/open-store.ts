import type { DatabaseSync } from "node:sqlite";
import { auditMigrations } from "../audit/migrations.ts";
import { type Restriction, restrict, tablesOf } from "../db/authorizer.ts";
import { type Migration, migrate } from "../db/migrate.ts";
import { openSqlite } from "../db/sqlite.ts";
import { identityMigrations } from "../identity/migrations.ts";

/** Opens the workspace's database and brings the tables that every process shares up to date. */
export async function openWorkspaceDatabase(options: {
  path: string;
  now: Date;
  synchronous?: "full" | "normal";
}): Promise<DatabaseSync> {
  const database = openSqlite(options);
  try {
    await migrate(database, "audit", auditMigrations, options.now);
    await migrate(database, "identity", identityMigrations, options.now);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Brings a server's own tables up to date. */
export async function migrateServer(
  database: DatabaseSync,
  server: { name: string; migrations: readonly Migration[] },
  now: Date,
): Promise<void> {
  await migrate(database, server.name, server.migrations, now);
}

/** Binds a server's connection to its own tables, and to those that the call pipeline itself needs. */
export function restrictToServer(database: DatabaseSync, server: string): Restriction {
  const shared = new Set([...tablesOf(database, "audit"), ...tablesOf(database, "identity")]);
  return restrict(database, { own: new Set([...tablesOf(database, server), "json_each"]), shared });
}
