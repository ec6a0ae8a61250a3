import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { type Entry, entrySchema } from "../../src/audit/entry.ts";

export type Row = Record<string, SQLOutputValue>;

/** Everything that the drills look at in a workspace's database, read in one snapshot. */
export interface Books {
  /** The rows of the servers' own tables and of the links between their records, by table. */
  tables: Map<string, Row[]>;
  /** Which columns of a table point to which column of which table. */
  references: Map<string, Reference[]>;
  entries: Entry[];
  runs: Row[];
}

export interface Reference {
  column: string;
  table: string;
  target: string;
}

/** Reads the books of a workspace. */
export function readBooks(path: string): Books {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    database.exec("BEGIN");
    const names = database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND
         (name GLOB 'crm_*' OR name GLOB 'accounting_*' OR name GLOB 'inventory_*') ORDER BY name`,
      )
      .all()
      .map(({ name }) => String(name));
    return {
      tables: new Map([
        ...names.map((name): [string, Row[]] => [name, database.prepare(`SELECT * FROM ${name}`).all()]),
        ["link", database.prepare(linkRows).all()],
      ]),
      references: new Map(names.map((name) => [name, referencesOf(database, name)])),
      entries: database
        .prepare("SELECT body FROM audit_entry ORDER BY seq")
        .all()
        .map(({ body }) => entrySchema.parse(JSON.parse(String(body)))),
      runs: database.prepare("SELECT * FROM engine_run ORDER BY id").all(),
    };
  } finally {
    database.close();
  }
}

/** A link is written once, and named in the trail by what it says. */
const linkRows =
  "SELECT *, from_ref || ' ' || kind || ' ' || to_ref AS id, 1 AS version FROM link ORDER BY 1, 2, 3";

function referencesOf(database: DatabaseSync, name: string): Reference[] {
  return database
    .prepare(`PRAGMA foreign_key_list(${name})`)
    .all()
    .map(({ from, table, to }) => ({ column: String(from), table: String(table), target: String(to) }));
}

/** The entries that were appended since other books were read. */
export function entriesSince(before: Books, { entries }: Books): Entry[] {
  return entries.slice(before.entries.length);
}

/** What tells one row of a table from another, for tables with an id; undefined for the others. */
export function idOf(row: Row): string | undefined {
  return typeof row.id === "string" ? row.id : undefined;
}

/** The rows of a table by id. */
export function rowsById(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.flatMap((row) => (typeof row.id === "string" ? [[row.id, row]] : [])));
}
