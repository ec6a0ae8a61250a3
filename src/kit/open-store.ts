import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { approvalMigrations } from "../approval/migrations.ts";
import { noteGivenRows, recordsOf } from "../audit/given-rows.ts";
import { requireNoneLost } from "../audit/lost-trail.ts";
import { auditMigrations } from "../audit/migrations.ts";
import { type Restriction, restrict, tablesOf } from "../db/authorizer.ts";
import { type Migration, migrate } from "../db/migrate.ts";
import { openSqlite } from "../db/sqlite.ts";
import { identityMigrations } from "../identity/migrations.ts";
import { kitMigrations } from "./migrations.ts";

/**
 * Opens the workspace's database, which is made when there is none, and brings the tables that every process shares up to
 * date. Throws AUDIT_BROKEN when there was one, as checkpoints say.
 */
export async function openWorkspaceDatabase(options: {
  path: string;
  now: Date;
  synchronous?: "full" | "normal";
}): Promise<DatabaseSync> {
  requireNoneLost(options.path);
  const database = openSqlite(options);
  try {
    await migrate(database, "audit", auditMigrations, options.now);
    await migrate(database, "identity", identityMigrations, options.now);
    await migrate(database, "approval", approvalMigrations, options.now);
    await migrate(database, "kit", kitMigrations, options.now);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Owners of tables that are no server's. */
const reservedNames: ReadonlySet<string> = new Set([
  "approval",
  "audit",
  "engine",
  "identity",
  "kit",
  "link",
  "ringmain",
]);

/**
 * Brings a server's own tables up to date. A server owns the tables that start with its name and `_`, so a name
 * that could reach into another's is a TypeError. The records that the migrations make are noted under the writers' key.
 */
export async function migrateServer(
  database: DatabaseSync,
  server: { name: string; migrations: readonly Migration[] },
  now: Date,
  writerKey: KeyObject,
): Promise<void> {
  if (!/^[a-z][a-z0-9]*$/.test(server.name) || reservedNames.has(server.name)) {
    throw new TypeError(
      `"${server.name}" cannot be the name of a server: it must be lower case letters and digits`,
    );
  }
  await migrate(database, server.name, server.migrations, now, (applySteps) => {
    const before = recordsOf(database, server.name);
    applySteps();
    noteGivenRows(database, { server: server.name, before, writerKey });
  });
}

/** Binds a server's connection to its own tables, and to those that the call pipeline itself needs. */
export function restrictToServer(database: DatabaseSync, server: string): Restriction {
  const owners = ["approval", "audit", "identity"];
  const shared = new Set([...owners.flatMap((owner) => [...tablesOf(database, owner)]), "link"]);
  return restrict(database, { own: new Set([...tablesOf(database, server), "json_each"]), shared });
}
