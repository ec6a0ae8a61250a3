import type { DatabaseSync } from "node:sqlite";

/** A table whose rows are records: entries of the trail name them by table, id and version. */
export interface RecordTable {
  name: string;
  /** SQL: the text that names a row. */
  id: string;
  /** SQL: its version; NULL in a table whose rows are written once, or whose versions nobody counts. */
  version: string;
}

/** A link is written once, and named by what it says. */
const links: RecordTable = { name: "link", id: "from_ref || ' ' || kind || ' ' || to_ref", version: "1" };

/** The tables whose rows can be named, by name: those with an `id`, or with a primary key of one column. */
export function recordTables(database: DatabaseSync): Map<string, RecordTable> {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all();
  const tables = names.flatMap(({ name }): RecordTable[] => {
    if (name === links.name) return [links];
    const columns = database.prepare("SELECT name, type, pk FROM pragma_table_info(?)").all(String(name));
    const keys = columns.filter(({ pk }) => pk !== 0);
    const id = columns.find((column) => column.name === "id") ?? (keys.length === 1 ? keys[0] : undefined);
    if (id === undefined) return [];
    const column = quoted(String(id.name));
    return [
      {
        name: String(name),
        id: id.type === "TEXT" ? column : `CAST(${column} AS TEXT)`,
        version: columns.some((other) => other.name === "version") ? "version" : "NULL",
      },
    ];
  });
  return new Map(tables.map((table) => [table.name, table]));
}

/** Those of a server whose rows have versions: each of them must be named by an entry. */
export function versionedTables(tables: Iterable<RecordTable>, server: string): RecordTable[] {
  return [...tables].filter(({ name, version }) => version === "version" && name.startsWith(`${server}_`));
}

/** The statement that reads a table's records, in the order of their ids. */
export function selectRecords({ name, id, version }: RecordTable): string {
  return `SELECT ${id} AS id, ${version} AS version FROM ${quoted(name)} ORDER BY ${id}`;
}

/** The version of a record as it stands; undefined when there is no such record. */
export function versionOf(database: DatabaseSync, table: RecordTable, id: string): number | undefined {
  const { name, id: named, version } = table;
  const row = database
    .prepare(`SELECT ${version} AS version FROM ${quoted(name)} WHERE ${named} = ?`)
    .get(id);
  return row === undefined ? undefined : Number(row.version);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
