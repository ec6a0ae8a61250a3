import type { Migration } from "../db/migrate.ts";

/** Tables of the owner `identity`. */
export const identityMigrations: readonly Migration[] = [
  {
    version: 1,
    name: "credentials and switches",
    sql: `
      -- The credentials of clients. Only a hash is stored: the secret is shown once.
      CREATE TABLE identity_credential (
        id TEXT PRIMARY KEY,
        principal TEXT NOT NULL,
        secret_hash TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        revoked_at TEXT
      ) STRICT, WITHOUT ROWID;
      -- Principals that are switched off; '*' is the whole ring.
      CREATE TABLE identity_pause (
        principal TEXT PRIMARY KEY,
        paused_at TEXT NOT NULL,
        paused_by TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 2,
    name: "why a principal is paused, and who made and withdrew a credential",
    sql: `
      ALTER TABLE identity_pause ADD COLUMN reason TEXT;
      ALTER TABLE identity_credential ADD COLUMN created_by TEXT;
      ALTER TABLE identity_credential ADD COLUMN revoked_by TEXT;
    `,
  },
];
