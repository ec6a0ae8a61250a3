import type { DatabaseSync } from "node:sqlite";
import type { OutboxTable } from "./outbox-tables.ts";

/** A message that is due. */
export interface QueuedMessage {
  id: string;
  recipient: string;
  subject: string;
  body: string;
  version: number;
}

/** Where a message stands after a try. */
export interface Settlement {
  status: "queued" | "sent" | "failed" | "unknown";
  /** Absent when there was none. */
  error?: string;
  /** When a message that goes back to the queue is due again. */
  nextAttemptAt?: Date;
}

/** A row as a change left it. */
export interface ChangedMessage {
  id: string;
  attempts: number;
  version: number;
  recipient: string;
  subject: string;
}

/** Prepares the statements over one outbox. All but `due` belong into a write transaction. */
export function messageStore(database: DatabaseSync, { table }: OutboxTable) {
  const due = database.prepare(`SELECT id, recipient, subject, body, version FROM ${table}
    WHERE status = 'queued' AND recipient IS NOT NULL AND (next_attempt_at IS NULL OR next_attempt_at <= ?)
    ORDER BY created_at, id LIMIT ?`);
  const touched = "version = version + 1, updated_at = ?";
  const row = "RETURNING id, attempts, version, recipient, subject";
  const claim = database.prepare(`UPDATE ${table} SET status = 'sending', attempts = attempts + 1,
    next_attempt_at = ?, ${touched} WHERE id = ? AND version = ? AND status = 'queued' ${row}`);
  const settle =
    database.prepare(`UPDATE ${table} SET status = ?, last_error = ?, next_attempt_at = ?, ${touched}
    WHERE id = ? AND attempts = ? AND status IN ('sending', 'unknown') ${row}`);
  const abandon =
    database.prepare(`UPDATE ${table} SET status = 'unknown', last_error = ?, next_attempt_at = NULL,
    ${touched} WHERE status = 'sending' AND next_attempt_at <= ? ${row}`);
  const anyAbandoned = database.prepare(
    `SELECT 1 FROM ${table} WHERE status = 'sending' AND next_attempt_at <= ? LIMIT 1`,
  );

  return {
    /** Messages that are due, the oldest first. */
    due: (now: Date, limit: number): QueuedMessage[] =>
      due.all(now.toISOString(), limit).map((row) => ({
        id: String(row.id),
        recipient: String(row.recipient),
        subject: String(row.subject),
        body: String(row.body),
        version: Number(row.version),
      })),
    /** Takes a message for one try, until `until`. Undefined when another process took it or it was changed. */
    claim: ({ id, version }: QueuedMessage, now: Date, until: Date): ChangedMessage | undefined =>
      toChanged(claim.get(until.toISOString(), now.toISOString(), id, version)),
    /** Writes what became of a try. Undefined when there has been another one since. */
    settle(message: ChangedMessage, { status, error, nextAttemptAt }: Settlement, now: Date) {
      const next = nextAttemptAt?.toISOString() ?? null;
      const { id, attempts } = message;
      return toChanged(settle.get(status, error ?? null, next, now.toISOString(), id, attempts));
    },
    hasAbandoned: (now: Date) => anyAbandoned.get(now.toISOString()) !== undefined,
    /** Messages whose sender died while it sent them: nobody knows whether they left. */
    abandon: (now: Date, error: string): ChangedMessage[] =>
      abandon.all(error, now.toISOString(), now.toISOString()).flatMap((row) => toChanged(row) ?? []),
  };
}

export type MessageStore = ReturnType<typeof messageStore>;

function toChanged(row: Record<string, unknown> | undefined): ChangedMessage | undefined {
  if (row === undefined) return undefined;
  return {
    id: String(row.id),
    attempts: Number(row.attempts),
    version: Number(row.version),
    recipient: String(row.recipient),
    subject: String(row.subject),
  };
}
