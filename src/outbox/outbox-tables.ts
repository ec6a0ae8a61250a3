import type { DatabaseSync } from "node:sqlite";

/** The outbox of one server. */
export interface OutboxTable {
  server: string;
  table: string;
}

/**
 * What a table `<server>_outbox` must have to be delivered. `status` is queued, sending, sent, failed or unknown (and
 * whatever else the server uses: such messages are left alone). A message without a recipient waits for one.
 * `next_attempt_at` is when a queued message is due, or until when a message being sent is its sender's.
 */
const columns = [
  "id",
  "status",
  "recipient",
  "subject",
  "body",
  "attempts",
  "next_attempt_at",
  "last_error",
  "version",
  "created_at",
  "updated_at",
];

/** The outboxes that the servers' migrations have made so far, and those that lack a column. */
export function findOutboxes(database: DatabaseSync): { tables: OutboxTable[]; unfit: OutboxTable[] } {
  const rows = database
    .prepare(`SELECT m.name, count(*) AS fitting FROM sqlite_schema m, pragma_table_info(m.name) c
      WHERE m.type = 'table' AND m.name GLOB '[a-z]*_outbox' AND c.name IN (${columns.map(() => "?").join(", ")})
      GROUP BY m.name ORDER BY m.name`)
    .all(...columns);
  const found = rows.map(({ name, fitting }) => ({
    server: String(name).slice(0, -"_outbox".length),
    table: String(name),
    fits: Number(fitting) === columns.length,
  }));
  const named = found.filter(({ server }) => /^[a-z][a-z0-9]*$/.test(server));
  const strip = ({ server, table }: OutboxTable) => ({ server, table });
  return {
    tables: named.filter(({ fits }) => fits).map(strip),
    unfit: named.filter(({ fits }) => !fits).map(strip),
  };
}
