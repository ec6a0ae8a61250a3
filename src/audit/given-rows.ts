import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Entry } from "./entry.ts";
import { createHeadSeal, type HeadStanding } from "./head-mac.ts";
import { recordTables, selectRecords, versionedTables } from "./record-tables.ts";

type NamedRow = Entry["changed"][number];

/** The records of a server as they are now, each named as an entry names it. */
export function recordsOf(database: DatabaseSync, server: string): NamedRow[] {
  return versionedTables(recordTables(database).values(), server).flatMap((table) =>
    database
      .prepare(selectRecords(table))
      .all()
      .map(({ id, version }): NamedRow => [table.name, String(id), Number(version)]),
  );
}

/**
 * Notes which records a server's migrations made, so that `audit verify` knows them from rows that somebody wrote by
 * hand: no call made them, so no entry names them. The list is authenticated as the heads of the trail are. Call it in
 * the transaction of the migration, with the records that there were before.
 */
export function noteGivenRows(
  database: DatabaseSync,
  options: { server: string; before: readonly NamedRow[]; writerKey: KeyObject },
): void {
  const { server, before, writerKey } = options;
  const known = new Set(before.map((row) => JSON.stringify(row)));
  const made = recordsOf(database, server).filter((row) => !known.has(JSON.stringify(row)));
  if (made.length === 0) return;
  const earlier = givenRows(database, writerKey).find((given) => given.server === server)?.rows ?? [];
  storeGivenRows(database, { server, rows: [...earlier, ...made], writerKey });
}

export function storeGivenRows(
  database: DatabaseSync,
  { server, rows, writerKey }: { server: string; rows: readonly NamedRow[]; writerKey: KeyObject },
): void {
  const seal = createHeadSeal(writerKey);
  const text = JSON.stringify(rows);
  database
    .prepare("INSERT OR REPLACE INTO audit_given (server, rows, writer, mac) VALUES (?, ?, ?, ?)")
    .run(server, text, seal.writer, seal.macOfText(`${server}\n${text}`));
}

/** The records that each server's migrations made, and whether Ringmain wrote the list. */
export function givenRows(
  database: DatabaseSync,
  writerKey: KeyObject | undefined,
): { server: string; rows: NamedRow[]; standing: HeadStanding | "unchecked" }[] {
  const seal = writerKey && createHeadSeal(writerKey);
  return database
    .prepare("SELECT server, rows, writer, mac FROM audit_given ORDER BY server")
    .all()
    .map(({ server, rows, writer, mac }) => ({
      server: String(server),
      rows: parseRows(String(rows)),
      standing: seal?.checkText({ text: `${server}\n${rows}`, writer, mac }) ?? "unchecked",
    }));
}

function parseRows(text: string): NamedRow[] {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows)
      ? rows.map(([table, id, version]) => [String(table), String(id), version])
      : [];
  } catch {
    return []; // of a list that somebody wrote by hand: its code does not fit either
  }
}
