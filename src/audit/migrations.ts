import type { Migration } from "../db/migrate.ts";

/**
 * Tables of the owner `audit`. The body of an entry is the record; the other columns are computed from it by
 * SQLite, so they can never say anything else. A key of a call that succeeded is unique: the database itself
 * refuses to do the same work twice.
 */
export const auditMigrations: readonly Migration[] = [
  {
    version: 1,
    name: "entries, payloads and the tree head",
    sql: `
      CREATE TABLE audit_entry (
        seq INTEGER PRIMARY KEY,
        body TEXT NOT NULL,
        leaf BLOB NOT NULL,
        time TEXT AS (body ->> '$.time'),
        kind TEXT AS (body ->> '$.kind'),
        principal TEXT AS (body ->> '$.principal'),
        tool TEXT AS (body ->> '$.tool'),
        effect TEXT AS (body ->> '$.effect'),
        outcome TEXT AS (body ->> '$.outcome'),
        run TEXT AS (body ->> '$.run'),
        key TEXT AS (body ->> '$.key'),
        once TEXT AS (body ->> '$.once')
      ) STRICT;
      CREATE UNIQUE INDEX audit_entry_key ON audit_entry (key, tool, principal) WHERE key IS NOT NULL AND outcome = 'done';
      CREATE UNIQUE INDEX audit_entry_once ON audit_entry (once, tool) WHERE once IS NOT NULL AND outcome = 'done';
      -- The columns after the first ones let limits be counted from the index alone.
      CREATE INDEX audit_entry_run ON audit_entry (run, kind, outcome, effect) WHERE run IS NOT NULL;
      CREATE INDEX audit_entry_principal ON audit_entry (principal, time, kind, outcome, effect);

      -- Arguments and results, apart from the entries so that they can be erased.
      CREATE TABLE audit_payload (
        seq INTEGER PRIMARY KEY REFERENCES audit_entry (seq),
        salt BLOB NOT NULL,
        arguments TEXT,
        result TEXT
      ) STRICT;

      -- The tree over all entries so far: one row, rewritten by each commit.
      CREATE TABLE audit_tree (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        root BLOB NOT NULL,
        frontier BLOB NOT NULL
      ) STRICT;
      INSERT INTO audit_tree VALUES (1, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'');

      -- Append-only. An INSERT OR REPLACE would slip past the DELETE trigger, hence the third one.
      CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT raise(ABORT, 'audit entries are never changed'); END;
      CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT raise(ABORT, 'audit entries are never deleted'); END;
      CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
        WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = new.seq)
        BEGIN SELECT raise(ABORT, 'audit entries are never replaced'); END;
    `,
  },
];
