import type { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../audit/entry.ts";
import { lastEntries } from "../../audit/read.ts";
import { entriesOfRecord } from "../../audit/record-entries.ts";
import { RingmainError } from "../../core/errors.ts";
import type { LinkedRecord } from "../../kit/links.ts";
import { findRecord, meantRecord, type RecordName, tablesWith } from "./find-record.ts";

/** Everything that the trail tells about a record. */
export interface RecordHistory {
  record: RecordName;
  /** The version of the row as it stands, when the table counts versions. */
  version?: number;
  /** What each entry made of it, the oldest first. */
  versions: { version: number; entry: Entry }[];
  /** The sample data that it came with: versions up to its first entry are of that. */
  seed?: Entry;
  /** Whether the row has a version that no entry tells of, and that no sample data explains. */
  unexplained: boolean;
  links: Omit<LinkedRecord, "linked_at">[];
}

/** Throws NOT_FOUND, with what was probably meant, for a record that neither its table nor the trail knows. */
export function recordHistory(database: DatabaseSync, table: string, text: string): RecordHistory {
  const found = findRecord(database, table, text);
  const record: RecordName = found ?? { table, id: text, names: [text] };
  const entries = entriesOfRecord(database, record);
  if (found === undefined && entries.length === 0) throw unknownRecord(database, table, text);

  const versions = entries.flatMap((entry) =>
    entry.changed
      .filter(([changedTable, id]) => changedTable === table && id === record.id)
      .map(([, , version]) => ({ version, entry })),
  );
  const version = typeof found?.row?.version === "number" ? found.row.version : undefined;
  const seed = versions.some((made) => made.version === 1) ? undefined : seedOf(database, table);
  const last = versions.at(-1)?.version;
  const unexplained = last === undefined ? seed === undefined : version !== undefined && last < version;
  return {
    record,
    ...(version !== undefined && { version }),
    versions,
    ...(seed !== undefined && { seed }),
    unexplained,
    links: linksOf(database, record),
  };
}

function seedOf(database: DatabaseSync, table: string): Entry | undefined {
  const server = table.slice(0, table.indexOf("_"));
  return lastEntries(database, { tool: `${server}.seed` }, 1)[0];
}

function unknownRecord(database: DatabaseSync, table: string, text: string): RingmainError {
  const name = table.replace("_", ".");
  const elsewhere = tablesWith(database, text).map((other) => other.replace("_", "."));
  const hint =
    elsewhere.length > 0
      ? `It is one of ${elsewhere.join(", ")}: ringmain why ${elsewhere[0]} ${text}`
      : (meantRecord(database, table, text) ?? "Name it by its id or its number, as the lists show it.");
  return new RingmainError("NOT_FOUND", `There is no ${name} "${text}", and no entry tells of one.`, {
    hint,
  });
}

function linksOf(database: DatabaseSync, { names }: RecordName): RecordHistory["links"] {
  const select = database.prepare(`
    SELECT to_ref AS ref, kind, 'to' AS direction, server, created_at FROM link WHERE from_ref IN (SELECT value FROM json_each(?1))
    UNION ALL SELECT from_ref, kind, 'from', server, created_at FROM link WHERE to_ref IN (SELECT value FROM json_each(?1))
    ORDER BY created_at, ref LIMIT 100`);
  return select.all(JSON.stringify(names)).map((row) => ({
    ref: String(row.ref),
    kind: String(row.kind),
    direction: row.direction === "to" ? "to" : "from",
    server: String(row.server),
  }));
}
