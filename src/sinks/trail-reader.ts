import { open } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { openSqlite } from "../db/sqlite.ts";
import type { TrailEntry } from "./sink.ts";

/** The trail as sinks read it: over a connection that cannot write, and that holds nothing between two reads. */
export interface TrailReader {
  /** How many entries there are. */
  size(): number;
  /** The entries after a position, in order. They are on the disk: a power cut takes none of them back. */
  after(position: number, limit: number): Promise<TrailEntry[]>;
  /** The leaf of an entry, unless there is none. */
  leaf(seq: number): Uint8Array | undefined;
  /** When a run started, as its entry says. */
  runStarted(run: string): string | undefined;
  close(): void;
}

/** Opens the trail at its first use. Its methods throw STORE_UNAVAILABLE when that is impossible. */
export function createTrailReader(databasePath: string): TrailReader {
  let opened: ReturnType<typeof prepare> | undefined;
  const use = () => {
    opened ??= prepare(openSqlite({ path: databasePath, readOnly: true }));
    return opened;
  };
  return {
    size: () => Number(use().size.get()?.size ?? 0),
    async after(position, limit) {
      const rows = use().entries.all(position, limit);
      if (rows.length > 0) await syncLog(databasePath);
      return rows.map(({ seq, body, leaf }) => ({
        seq: Number(seq),
        body: String(body),
        leaf: bytesOf(leaf),
      }));
    },
    leaf(seq) {
      const row = use().leaf.get(seq);
      return row && bytesOf(row.leaf);
    },
    runStarted(run) {
      const row = use().runStarted.get(run);
      return row && String(row.time);
    },
    close() {
      if (opened?.database.isOpen) opened.database.close();
      opened = undefined;
    },
  };
}

function prepare(database: DatabaseSync) {
  return {
    database,
    size: database.prepare("SELECT max(seq) AS size FROM audit_entry"),
    entries: database.prepare("SELECT seq, body, leaf FROM audit_entry WHERE seq > ? ORDER BY seq LIMIT ?"),
    leaf: database.prepare("SELECT leaf FROM audit_entry WHERE seq = ?"),
    runStarted: database.prepare(
      "SELECT body ->> '$.time' AS time FROM audit_entry WHERE loose_run = ? AND tool = 'ringmain.start_run' LIMIT 1",
    ),
  };
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

/**
 * The runner's own entries are committed without an fsync (docs/decisions/0005). Were one sent that a power cut then took
 * back, another entry would get its number. What the write-ahead log no longer holds was synced when it was moved.
 */
async function syncLog(databasePath: string): Promise<void> {
  try {
    await using log = await open(`${databasePath}-wal`, "r+");
    await log.sync();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
