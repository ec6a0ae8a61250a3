import type { Migration } from "../db/migrate.ts";

/**
 * Tables of the owner `kit`, which all servers share. A link says that two records belong together, each named by the
 * reference that people use. Servers write and read links through the context of a call, never by SQL.
 */
export const kitMigrations: readonly Migration[] = [
  {
    version: 1,
    name: "links",
    sql: `
      CREATE TABLE link (
        from_ref TEXT NOT NULL,
        kind TEXT NOT NULL,
        to_ref TEXT NOT NULL,
        -- The server that wrote it.
        server TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (from_ref, kind, to_ref)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX link_to ON link (to_ref, kind, from_ref);
    `,
  },
];
