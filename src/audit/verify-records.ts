import type { KeyObject } from "node:crypto";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { givenRows } from "./given-rows.ts";
import { type RecordTable, recordTables, selectRecords, versionedTables } from "./record-tables.ts";
import type { Fault } from "./verify.ts";

/** What `verifyRecords` found. */
export interface RecordVerification {
  /** How many records the entries name. */
  records: number;
  faults: Fault[];
}

/** A record as the last entry that names it left it; version 0 says that the entry removed it. */
interface NamedRecord {
  table: string;
  id: string;
  version: number;
  seq: number;
}

/** A record as it is stored. */
interface StoredRecord {
  id: string;
  /** Null where versions are not counted. */
  version: SQLOutputValue;
}

/**
 * Holds the records in the store against the entries that changed them: each has the version that the last entry which
 * names it gave it, and each versioned record of a server is named, unless its migrations made it. What somebody
 * changed without touching the version is not seen. Reads in one snapshot, in order: what the entries name and what is
 * stored pass each other once, so nothing has to fit into memory.
 */
export function verifyRecords(
  database: DatabaseSync,
  options: { writerKey?: KeyObject | undefined } = {},
): RecordVerification {
  // sorting a million names would fill the memory
  database.exec("PRAGMA temp_store = FILE; BEGIN");
  try {
    return verifySnapshot(database, options.writerKey);
  } finally {
    database.exec("COMMIT");
  }
}

function verifySnapshot(database: DatabaseSync, writerKey: KeyObject | undefined): RecordVerification {
  const size = Number(database.prepare("SELECT max(seq) AS last FROM audit_entry").get()?.last ?? 0);
  const tables = recordTables(database);
  const faults: Fault[] = [];
  const given = readGiven(database, writerKey, (message) => void faults.push({ seq: size, message }));
  const mustBeNamed = new Set([
    "link",
    ...serversOf(database)
      .flatMap((server) => versionedTables(tables.values(), server))
      .map(({ name }) => name),
  ]);

  const unnamed = (table: string, { id, version }: StoredRecord) => {
    const key = JSON.stringify([table, id]);
    const expected = given.get(key);
    given.delete(key);
    if (!mustBeNamed.has(table) || expected === version) return;
    const message = `${table} ${id} (version ${version}) is named by no entry: it was written without one`;
    faults.push({ seq: size, message });
  };
  const gone = ({ table, id, version, seq }: NamedRecord) => {
    given.delete(JSON.stringify([table, id]));
    if (version === 0) return;
    const message = `${table} ${id} is gone, which this entry left in version ${version}: it was deleted without an entry`;
    faults.push({ seq, message });
  };
  const both = ({ table, id, version, seq }: NamedRecord, stored: StoredRecord) => {
    given.delete(JSON.stringify([table, id]));
    if (version === 0) {
      faults.push({
        seq,
        message: `${table} ${id} is there, which this entry removed: it was written without one`,
      });
    } else if (stored.version !== null && stored.version !== version) {
      const message = `${table} ${id} has version ${stored.version}, this last entry that names it gave it ${version}: it was changed without an entry`;
      faults.push({ seq, message });
    }
  };

  let records = 0;
  const remaining = new Map(tables);
  for (const { table: name, named } of groups(namedRecords(database))) {
    const table = remaining.get(name);
    remaining.delete(name);
    records += passEachOther(named, storedRecords(database, table), { unnamed, gone, both, table: name });
  }
  for (const [name, table] of remaining)
    if (mustBeNamed.has(name)) for (const stored of storedRecords(database, table)) unnamed(name, stored);
  for (const key of given.keys()) {
    const [table, id] = JSON.parse(key);
    faults.push({ seq: size, message: `${table} ${id} is gone, and no entry removed it` });
  }
  return { records, faults };
}

/** Walks two lists in the order of their ids. Returns how many the first one has. */
function passEachOther(
  named: Iterator<NamedRecord>,
  stored: Iterator<StoredRecord>,
  tell: {
    table: string;
    unnamed(table: string, stored: StoredRecord): void;
    gone(named: NamedRecord): void;
    both(named: NamedRecord, stored: StoredRecord): void;
  },
): number {
  let count = 0;
  let left = named.next();
  let right = stored.next();
  while (!left.done || !right.done) {
    const order = left.done ? 1 : right.done ? -1 : compareIds(left.value.id, right.value.id);
    if (order <= 0 && !left.done) {
      count += 1;
      if (order < 0) tell.gone(left.value);
      else if (!right.done) tell.both(left.value, right.value);
      left = named.next();
    }
    if (order >= 0 && !right.done) {
      if (order > 0) tell.unnamed(tell.table, right.value);
      right = stored.next();
    }
  }
  return count;
}

/** As SQLite orders texts: by their bytes. */
function compareIds(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/**
 * What the entries name, by table and id, as the last one has it. An entry's text is searched before it is parsed: most
 * calls only read. (Within a text of JSON, those bytes can only be the member itself.)
 */
function* namedRecords(database: DatabaseSync): Generator<NamedRecord> {
  const statement = database.prepare(`
    SELECT row.value ->> 0 AS named_table, row.value ->> 1 AS named_id, max(seq * ${mostRows} + row.key) AS place,
      row.value ->> 2 AS version
    FROM audit_entry, json_each(CASE WHEN json_valid(body) THEN body ELSE '{}' END, '$.changed') AS row
    WHERE instr(body, '"changed":[]') = 0 AND seq BETWEEN 1 AND 9007199254
    GROUP BY named_table, named_id ORDER BY named_table, named_id`);
  for (const { named_table, named_id, place, version } of statement.iterate()) {
    const seq = Math.floor(Number(place) / mostRows);
    yield { table: String(named_table), id: String(named_id), version: Number(version), seq };
  }
}

/** More than an entry names. */
const mostRows = 1_000_000;

/** Splits what comes in the order of tables. Each part is to be read to its end before the next one. */
function* groups(all: Iterator<NamedRecord>): Generator<{ table: string; named: Iterator<NamedRecord> }> {
  let next = all.next();
  function* ofTable(table: string): Generator<NamedRecord> {
    while (!next.done && next.value.table === table) {
      yield next.value;
      next = all.next();
    }
  }
  while (!next.done) {
    const { table } = next.value;
    yield { table, named: ofTable(table) };
  }
}

function* storedRecords(database: DatabaseSync, table: RecordTable | undefined): Generator<StoredRecord> {
  if (table === undefined) return;
  for (const { id, version } of database.prepare(selectRecords(table)).iterate())
    yield { id: String(id), version: version ?? null };
}

/** The records that migrations made, by table and id, with their versions. */
function readGiven(
  database: DatabaseSync,
  writerKey: KeyObject | undefined,
  fault: (message: string) => void,
): Map<string, SQLOutputValue> {
  const known = new Map<string, SQLOutputValue>();
  for (const { server, rows, standing } of givenRows(database, writerKey)) {
    if (standing === "forged")
      fault(`the list of the rows that ${server} began with was written by another program than Ringmain`);
    for (const [table, id, version] of rows) known.set(JSON.stringify([table, id]), version);
  }
  return known;
}

/** Whoever migrated tables and is no part of Ringmain itself. */
function serversOf(database: DatabaseSync): string[] {
  const own = new Set(["audit", "identity", "kit", "engine", "schedule"]);
  return database
    .prepare("SELECT DISTINCT owner FROM migration")
    .all()
    .map(({ owner }) => String(owner))
    .filter((owner) => !own.has(owner));
}
