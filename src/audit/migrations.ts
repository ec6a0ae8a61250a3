import type { Migration } from "../db/migrate.ts";

/**
 * Tables of the owner `audit`. The body of an entry is the record; the columns after its leaf hash are for searching
 * (search-columns.ts). Each of them and each index costs every call: other members are read from the body. A key of a
 * call that succeeded is unique: the database itself refuses to do the same work twice.
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
        principal TEXT NOT NULL,
        tool TEXT NOT NULL,
        outcome TEXT NOT NULL,
        key TEXT,
        once TEXT,
        loose_run TEXT
      ) STRICT;
      CREATE UNIQUE INDEX audit_entry_key ON audit_entry (key, tool, principal) WHERE key IS NOT NULL AND outcome = 'done';
      CREATE UNIQUE INDEX audit_entry_once ON audit_entry (once, tool) WHERE once IS NOT NULL AND outcome = 'done';
      CREATE INDEX audit_entry_run ON audit_entry (loose_run) WHERE loose_run IS NOT NULL;

      -- Arguments, facts that policies saw, and results, apart from the entries so that they can be erased.
      CREATE TABLE audit_payload (
        seq INTEGER PRIMARY KEY REFERENCES audit_entry (seq),
        salt TEXT NOT NULL,
        arguments TEXT,
        facts TEXT,
        result TEXT
      ) STRICT;

      -- The tree over all entries so far: one row, rewritten by each commit. Its root follows from the
      -- roots of the subtrees (frontier); the mac says that a process with the key named by writer wrote it (head-mac.ts).
      CREATE TABLE audit_tree (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        frontier BLOB NOT NULL,
        writer TEXT NOT NULL,
        mac BLOB NOT NULL
      ) STRICT;
      INSERT INTO audit_tree VALUES (1, 0, x'', '', x'');

      -- The roots of the tree's subtrees over 256, 65,536, … entries: what proofs are made of.
      CREATE TABLE audit_tile (
        height INTEGER NOT NULL,
        number INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (height, number)
      ) STRICT, WITHOUT ROWID;

      -- The records that a server's migrations made: no entry names them (given-rows.ts).
      CREATE TABLE audit_given (
        server TEXT PRIMARY KEY,
        rows TEXT NOT NULL,
        writer TEXT NOT NULL,
        mac BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Append-only. With recursive_triggers, as every connection of ours has it, REPLACE fires the second one.
      CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT raise(ABORT, 'audit entries are never changed'); END;
      CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT raise(ABORT, 'audit entries are never deleted'); END;
    `,
  },
];
