import type { DatabaseSync } from "node:sqlite";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";

/** A record, as the trail and people name it. */
export interface RecordName {
  table: string;
  /** As `changed` of an entry has it. */
  id: string;
  /** Every text that leads to it: its id, its number, its reference, what an earlier system called it. */
  names: string[];
  /** Absent when there is no such row any more. */
  row?: Readonly<Record<string, unknown>>;
}

/** How many rows are looked through for what was meant. */
const mostGuesses = 20_000;

/** Reads `accounting.invoice` as a table's name. Throws NOT_FOUND with the closest one. */
export function tableNamed(database: DatabaseSync, name: string): string {
  const tables = recordTables(database);
  const table = name.replace(".", "_");
  if (tables.includes(table)) return table;
  const known = tables.map((candidate) => candidate.replace("_", "."));
  const [server] = name.split(/[._]/);
  const siblings = known.filter((candidate) => candidate.startsWith(`${server}.`));
  throw new RingmainError("NOT_FOUND", `There are no records called ${name}.`, {
    hint: didYouMean(name, known) ?? `There are: ${(siblings.length > 0 ? siblings : known).join(", ")}.`,
  });
}

/**
 * Finds a record by its id or by anything else that its table lets only one record have: a number, a reference, an SKU.
 * A number in words such as PO-0012 leads to 12 where the table counts. Undefined when no row has it.
 */
export function findRecord(database: DatabaseSync, table: string, text: string): RecordName | undefined {
  const columns = namingColumns(database, table);
  const [key] = columns;
  if (key === undefined) return undefined;
  const [, digits] = /^[A-Za-z]*[-_ ]?0*(\d+)$/.exec(text) ?? [];
  for (const { name, counts } of columns) {
    const wanted = counts ? digits : text;
    if (wanted === undefined) continue;
    const row = database
      .prepare(`SELECT * FROM ${quoted(table)} WHERE ${quoted(name)} = ? COLLATE NOCASE`)
      .get(counts ? Number(wanted) : wanted);
    if (row === undefined) continue;
    const names = columns.flatMap((column) => {
      const value = row[column.name];
      return typeof value === "string" ? [value] : [];
    });
    return { table, id: String(row[key.name]), names: [...new Set([...names, text])], row };
  }
  return undefined;
}

/** The tables that hold a record of a name; those that only count, when no record is called so in words. */
export function tablesWith(database: DatabaseSync, text: string): string[] {
  const found = recordTables(database).flatMap((table) => {
    const record = findRecord(database, table, text);
    return record === undefined ? [] : [{ table, byName: hasValue(record, text) }];
  });
  const byName = found.filter((record) => record.byName);
  return (byName.length > 0 ? byName : found).map(({ table }) => table);
}

function hasValue({ row = {} }: RecordName, text: string): boolean {
  const wanted = text.toLowerCase();
  return Object.values(row).some((value) => typeof value === "string" && value.toLowerCase() === wanted);
}

/** What may have been meant by a name that no record of a table has, for a hint. */
export function meantRecord(database: DatabaseSync, table: string, text: string): string | undefined {
  const known = namingColumns(database, table)
    .filter(({ counts }) => !counts)
    .flatMap(({ name }) =>
      database
        .prepare(
          `SELECT ${quoted(name)} AS name FROM ${quoted(table)} WHERE ${quoted(name)} IS NOT NULL ORDER BY ${quoted(name)} DESC LIMIT ?`,
        )
        .all(mostGuesses)
        .map((row) => String(row.name)),
    );
  return didYouMean(text, known);
}

/** The tables of the servers and of principals whose rows have a key of one column. */
function recordTables(database: DatabaseSync): string[] {
  const own = /^(audit|engine|schedule|outbox|sqlite|migration|link)/;
  return database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map((row) => String(row.name))
    .filter((table) => table.includes("_") && !own.test(table) && namingColumns(database, table).length > 0);
}

interface NamingColumn {
  name: string;
  /** Whether it holds whole numbers. */
  counts: boolean;
}

/** The columns that name a record by themselves, its key first: `id`, or else the primary key, and what is unique. */
function namingColumns(database: DatabaseSync, table: string): NamingColumn[] {
  const columns = database
    .prepare("SELECT name, type, pk FROM pragma_table_info(?)")
    .all(table)
    .map((row) => ({ name: String(row.name), counts: row.type === "INTEGER", pk: Number(row.pk) }));
  const primary = columns.filter(({ pk }) => pk > 0);
  const key = columns.find(({ name }) => name === "id") ?? (primary.length === 1 ? primary[0] : undefined);
  if (key === undefined) return [];
  const unique = database
    .prepare(
      `SELECT min(i.name) AS name FROM pragma_index_list(?) l, pragma_index_info(l.name) i
       WHERE l."unique" = 1 AND l.partial = 0 GROUP BY l.name HAVING count(*) = 1`,
    )
    .all(table)
    .map((row) => String(row.name));
  const foreign = database.prepare('SELECT "from" AS name FROM pragma_foreign_key_list(?)').all(table);
  const own = (column: string) => column !== key.name && !foreign.some(({ name }) => name === column);
  return [key, ...columns.filter(({ name }) => own(name) && unique.includes(name))];
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
