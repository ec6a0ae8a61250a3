import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type Migration, migrate } from "../db/migrate.ts";

const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "positions",
    sql: `
      CREATE TABLE schedule_position (
        workflow TEXT NOT NULL,
        schedule_key TEXT NOT NULL,
        seen_through TEXT NOT NULL,
        PRIMARY KEY (workflow, schedule_key)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

const position = z.object({ seen_through: z.string().transform((text) => new Date(text)) });

/** How far each schedule has been dealt with, so that a restart neither forgets nor repeats. */
export interface ScheduleStore {
  /** Up to when a schedule's due times are settled, or undefined when it was never seen. */
  seenThrough(workflow: string, key: string): Date | undefined;
  /** Takes the place of `previous`, unless another process has moved the position in between. */
  advance(workflow: string, key: string, previous: Date | undefined, seenThrough: Date): Promise<void>;
}

/** Opens the store. `write` is the queue of everything that writes on the connection. */
export async function openScheduleStore(options: {
  database: DatabaseSync;
  write: <T>(work: () => T) => Promise<T>;
  now: Date;
}): Promise<ScheduleStore> {
  const { database, write, now } = options;
  await migrate(database, "schedule", migrations, now);
  const select = database.prepare(
    "SELECT seen_through FROM schedule_position WHERE workflow = ? AND schedule_key = ?",
  );
  const insert = database.prepare(
    "INSERT INTO schedule_position (workflow, schedule_key, seen_through) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const update = database.prepare(
    "UPDATE schedule_position SET seen_through = ? WHERE workflow = ? AND schedule_key = ? AND seen_through = ?",
  );
  return {
    seenThrough(workflow, key) {
      const row = select.get(workflow, key);
      return row === undefined ? undefined : position.parse(row).seen_through;
    },
    async advance(workflow, key, previous, seenThrough) {
      const to = seenThrough.toISOString();
      await write(() => {
        if (previous === undefined) insert.run(workflow, key, to);
        else update.run(to, workflow, key, previous.toISOString());
      });
    },
  };
}
