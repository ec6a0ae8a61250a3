import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type ErrorCode, RingmainError } from "../core/errors.ts";
import { type Migration, migrate } from "../db/migrate.ts";
import { openSqlite } from "../db/sqlite.ts";
import { transact, transactionControl } from "../db/transaction.ts";
import type { Progress } from "./sink.ts";

const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "position and failure",
    sql: `
      CREATE TABLE sinks_position (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        sink TEXT NOT NULL,
        position INTEGER NOT NULL,
        leaf BLOB,
        place TEXT,
        moved_at TEXT
      ) STRICT;
      CREATE TABLE sinks_failure (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        code TEXT NOT NULL,
        message TEXT NOT NULL,
        hint TEXT,
        failures INTEGER NOT NULL,
        since TEXT NOT NULL,
        next_attempt_at TEXT NOT NULL
      ) STRICT;
    `,
  },
];

const progressRow = z.object({
  position: z.int(),
  leaf: z.instanceof(Uint8Array).nullable(),
  place: z.string().nullable(),
  moved_at: z.string().nullable(),
});

const failureRow = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  failures: z.int(),
  since: z.string(),
  next_attempt_at: z.string(),
});

/** Why a sink gets nothing at present. */
export type SinkFailure = z.infer<typeof failureRow>;

/** How far a sink has come. */
export interface StoredProgress extends Progress {
  /** The leaf of the entry at the position, to know the trail again by. */
  leaf: Uint8Array | undefined;
  movedAt: string | undefined;
}

/**
 * The position of one sink, in a database file of its own. Its write lock is the claim: whoever works on the sink holds
 * it until the entries have arrived, which may take a collector's time-out, and it ends with the process. In the one
 * database of the workspace such a lock would hold up every call.
 */
export interface SinkState {
  /** Runs work as the only one to work on this sink. Throws STORE_BUSY when another process does. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Undefined before the sink was claimed. */
  read(): StoredProgress | undefined;
  /** Within `exclusively`, which commits it. */
  write(progress: StoredProgress): void;
  failure(): SinkFailure | undefined;
  setFailure(failure: SinkFailure | undefined): void;
  close(): void;
}

/** Where the positions of a workspace's sinks are. */
export function sinkFolder(stateDir: string): string {
  return join(stateDir, "sinks");
}

/** The file that holds a sink's position. */
function sinkStatePath(stateDir: string, sink: string): string {
  const readable = sink.replace(/[^a-z0-9]+/gi, "-").slice(0, 60);
  const digest = createHash("sha256").update(sink).digest("hex").slice(0, 12);
  return join(sinkFolder(stateDir), `${readable}-${digest}.db`);
}

/** Opens a sink's position, and makes the file when there is none. `waitMs` is how long to wait for another process. */
export async function openSinkState(options: {
  stateDir: string;
  sink: string;
  now: Date;
  waitMs: number;
}): Promise<SinkState> {
  const database = openSqlite({ path: sinkStatePath(options.stateDir, options.sink) });
  try {
    await migrate(database, "sinks", migrations, options.now);
    return stateOver(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A sink's position and failure as they stand, for showing them. Undefined for one that was never used. */
export function readSinkState(
  stateDir: string,
  sink: string,
): { progress: StoredProgress | undefined; failure: SinkFailure | undefined } | undefined {
  const path = sinkStatePath(stateDir, sink);
  if (!existsSync(path)) return undefined;
  const database = openSqlite({ path, readOnly: true });
  try {
    return { progress: readProgress(database), failure: readFailure(database) };
  } finally {
    database.close();
  }
}

function stateOver(database: DatabaseSync, { sink, waitMs }: { sink: string; waitMs: number }): SinkState {
  const control = transactionControl(database, { budgetMs: waitMs });
  const write = database.prepare(
    `INSERT INTO sinks_position (id, sink, position, leaf, place, moved_at) VALUES (1, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET position = excluded.position, leaf = excluded.leaf, place = excluded.place,
       moved_at = excluded.moved_at`,
  );
  const setFailure = database.prepare(
    `INSERT OR REPLACE INTO sinks_failure (id, code, message, hint, failures, since, next_attempt_at)
     VALUES (1, ?, ?, ?, ?, ?, ?)`,
  );
  const clearFailure = database.prepare("DELETE FROM sinks_failure");
  return {
    exclusively: (work) => transact(database, work, control),
    read: () => readProgress(database),
    write({ position, leaf, place, movedAt }) {
      write.run(sink, position, leaf ?? null, place ?? null, movedAt ?? null);
    },
    failure: () => readFailure(database),
    setFailure(failure) {
      if (failure === undefined) return void clearFailure.run();
      const { code, message, hint, failures, since, next_attempt_at } = failure;
      setFailure.run(code, message, hint, failures, since, next_attempt_at);
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function readProgress(database: DatabaseSync): StoredProgress | undefined {
  const row = database.prepare("SELECT position, leaf, place, moved_at FROM sinks_position").get();
  if (row === undefined) return undefined;
  const { position, leaf, place, moved_at } = progressRow.parse(row);
  return { position, leaf: leaf ?? undefined, place: place ?? undefined, movedAt: moved_at ?? undefined };
}

function readFailure(database: DatabaseSync): SinkFailure | undefined {
  const row = database.prepare("SELECT * FROM sinks_failure").get();
  return row === undefined ? undefined : failureRow.parse(row);
}

/** An error as it is stored. */
export function failureOf(
  error: unknown,
  times: { failures: number; since: Date; nextAttemptAt: Date },
): SinkFailure {
  const known = error instanceof RingmainError ? error : undefined;
  const code: ErrorCode = known?.code ?? "INTERNAL";
  return {
    code,
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint ?? null,
    failures: times.failures,
    since: times.since.toISOString(),
    next_attempt_at: times.nextAttemptAt.toISOString(),
  };
}
