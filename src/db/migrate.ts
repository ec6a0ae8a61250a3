import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { isBusy, storeError } from "./sqlite.ts";
import { transact } from "./transaction.ts";

/** One step of a schema. Versions count from 1 without gaps; a released one never changes. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/**
 * Brings the tables of one owner (a server, or a part of the kit) up to date, under one write lock. What is done
 * `around` the steps commits with them.
 * Throws STATE_INVALID, and changes nothing, when the database was written by a newer version of Ringmain.
 */
export async function migrate(
  database: DatabaseSync,
  owner: string,
  migrations: readonly Migration[],
  now: Date,
  around: (applySteps: () => void) => void = (applySteps) => applySteps(),
): Promise<void> {
  const latest = migrations.length;
  if (isCurrent(database, owner, latest)) return;
  await transact(database, () => {
    database.exec(`CREATE TABLE IF NOT EXISTS migration (
      owner TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL,
      PRIMARY KEY (owner, version)) STRICT, WITHOUT ROWID`);
    const applied = appliedVersion(database, owner);
    if (applied > latest) {
      throw new RingmainError(
        "STATE_INVALID",
        `The database has version ${applied} of ${owner}; this program knows ${latest}.`,
        {
          hint: "It was written by a newer Ringmain. Install that version; nothing was changed.",
        },
      );
    }
    const record = database.prepare(
      "INSERT INTO migration (owner, version, name, applied_at) VALUES (?, ?, ?, ?)",
    );
    around(() => {
      for (const step of migrations.slice(applied)) {
        database.exec(step.sql);
        record.run(owner, step.version, step.name, now.toISOString());
      }
    });
  });
}

/** Looks without the write lock, so that starting a process usually waits for nobody. */
function isCurrent(database: DatabaseSync, owner: string, latest: number): boolean {
  try {
    return appliedVersion(database, owner) === latest;
  } catch (error) {
    if (isBusy(error)) return false;
    throw storeError(error, database.location() ?? "");
  }
}

function appliedVersion(database: DatabaseSync, owner: string): number {
  const exists = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").get();
  if (exists === undefined) return 0;
  const row = database.prepare("SELECT max(version) AS version FROM migration WHERE owner = ?").get(owner);
  return Number(row?.version ?? 0);
}
