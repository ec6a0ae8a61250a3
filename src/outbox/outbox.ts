import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";
import { openSqlite } from "../db/sqlite.ts";
import { createWriteQueue } from "../db/write-queue.ts";
import { deliveryTrail } from "./delivery-trail.ts";
import { longestSendMs, type Mailer, type MailOutcome } from "./mailer.ts";
import { type MessageStore, messageStore, type QueuedMessage, type Settlement } from "./message-store.ts";
import { findOutboxes, type OutboxTable } from "./outbox-tables.ts";
import { mostAttempts, retryDelayMs } from "./retry-delay.ts";

/** What became of one try, or of a message whose sender died. */
export interface Delivery {
  server: string;
  messageId: string;
  to: string;
  subject: string;
  attempt: number;
  /** `queued` is tried again; `failed` and `unknown` wait for a person. */
  status: Settlement["status"];
  reason?: string;
}

/** Delivers what the servers' outboxes hold. */
export interface Outbox {
  /** Sends what is due, one message after another; nothing while the whole workspace is paused. Call it about once a second; a call under way is joined. */
  tick(now: Date): Promise<void>;
  /** Waits for the message being sent, and closes. What is left stays queued. Safe to repeat. */
  close(): Promise<void>;
}

export interface OutboxOptions {
  databasePath: string;
  /** Authenticates what is written to the trail. */
  writerKey: KeyObject;
  mailer: Mailer;
  clock: Clock;
  /** In [0, 1). */
  random?: () => number;
  report(delivery: Delivery): void;
  /** Told once of an outbox that cannot be delivered, since its table lacks a column. */
  onUnfit?(outbox: OutboxTable): void;
}

/** A try must be over long before its claim is. */
const claimMs = 2 * longestSendMs;
/** So many messages are looked at in one read. */
const batch = 20;
const senderDied = "The program ended while it sent this message: it may have left or not.";

/** How each end of a try stands in the trail. */
const entryOutcome = {
  sent: { outcome: "done" },
  refused: { outcome: "failed", error: "INPUT_INVALID" },
  deferred: { outcome: "failed", error: "SERVER_UNAVAILABLE" },
  unavailable: { outcome: "failed", error: "SERVER_UNAVAILABLE" },
  unknown: { outcome: "unknown" },
} as const;

/** The outbox of one server, ready for use. */
interface Source {
  outbox: OutboxTable;
  store: MessageStore;
}

/**
 * Opens the outboxes of a workspace. Several processes may deliver from them: a message is claimed by one of them, in a
 * commit that is on the disk before the mail server hears of it (FULL, whatever the runner's own connection does).
 */
export function openOutbox(options: OutboxOptions): Outbox {
  const { mailer, clock, random = Math.random, report } = options;
  const database = openSqlite({ path: options.databasePath });
  const write = createWriteQueue(database);
  const record = deliveryTrail(database, options.writerKey);
  const pauseOfAll = database.prepare("SELECT 1 FROM identity_pause WHERE principal = '*'");
  const isPaused = () => pauseOfAll.get() !== undefined;
  const sources = sourcesOf(database, options.onUnfit ?? (() => {}));
  let closing = false;
  let running: Promise<void> | undefined;
  /** Until then the mail server is left alone, since it could not be used; whatever the message, it would not be. */
  let restUntil = 0;
  let failuresInRow = 0;

  /** Messages that a sender left behind are nobody's: they are shown as unknown, and not tried again. */
  async function sweep({ outbox, store }: Source, now: Date): Promise<void> {
    if (!store.hasAbandoned(now)) return;
    const abandoned = await write(() => {
      const messages = store.abandon(now, senderDied);
      for (const message of messages) {
        record({ outbox, message, outcome: "unknown", reason: senderDied, now });
      }
      return messages;
    });
    for (const message of abandoned) tell(outbox, message, { status: "unknown", error: senderDied });
  }

  /** One try: intent, the outside world, outcome. Returns whether the mail server can be used. */
  async function deliver({ outbox, store }: Source, queued: QueuedMessage): Promise<boolean> {
    const claimedAt = clock.now();
    const message = await write(() => {
      if (isPaused()) return undefined;
      const claimed = store.claim(queued, claimedAt, new Date(claimedAt.getTime() + claimMs));
      if (claimed !== undefined) record({ outbox, message: claimed, outcome: "unknown", now: claimedAt });
      return claimed;
    });
    if (message === undefined) return true;

    const started = performance.now();
    const { id, recipient: to, subject, body: text } = queued;
    const outcome = await mailer.send({ id, to, subject, text });
    const durationMs = performance.now() - started;

    const now = clock.now();
    const settlement = settlementOf(outcome, message.attempts, now);
    await write(() => {
      const settled = store.settle(message, settlement, now);
      if (settled === undefined) return;
      const entry = { outbox, message: settled, reason: settlement.error, now, durationMs };
      record({ ...entry, ...entryOutcome[outcome.status] });
    });
    tell(outbox, message, settlement);
    if (outcome.status !== "unavailable") return true;
    restUntil = settlement.nextAttemptAt?.getTime() ?? 0;
    return false;
  }

  function settlementOf(outcome: MailOutcome, attempts: number, now: Date): Settlement {
    failuresInRow = outcome.status === "unavailable" ? failuresInRow + 1 : 0;
    if (outcome.status === "sent") return { status: "sent" };
    const { reason: error } = outcome;
    if (outcome.status === "unknown") return { status: "unknown", error };
    if (outcome.status === "refused") return { status: "failed", error };
    if (outcome.status === "deferred" && attempts >= mostAttempts) {
      return { status: "failed", error: `${error} Given up after ${attempts} tries.` };
    }
    const tries = outcome.status === "unavailable" ? failuresInRow : attempts;
    const delay = retryDelayMs(tries, random());
    return { status: "queued", error, nextAttemptAt: new Date(now.getTime() + delay) };
  }

  function tell(
    { server }: OutboxTable,
    {
      id,
      recipient,
      subject,
      attempts,
    }: { id: string; recipient: string; subject: string; attempts: number },
    { status, error }: Settlement,
  ): void {
    const reason = error === undefined ? {} : { reason: error };
    report({ server, messageId: id, to: recipient, subject, attempt: attempts, status, ...reason });
  }

  async function run(now: Date): Promise<void> {
    const found = sources();
    for (const source of found) await sweep(source, now);
    if (now.getTime() < restUntil || isPaused()) return;
    for (const source of found) {
      for (const message of source.store.due(now, batch)) {
        if (closing || !(await deliver(source, message))) return;
      }
    }
  }

  return {
    tick(now) {
      if (closing) return running ?? Promise.resolve();
      running ??= run(now).finally(() => {
        running = undefined;
      });
      return running;
    },
    async close() {
      closing = true;
      await running?.catch(() => {});
      if (database.isOpen) database.close();
    },
  };
}

/** Finds the outboxes anew at each use: a server makes its tables when it first starts. */
function sourcesOf(database: DatabaseSync, onUnfit: (outbox: OutboxTable) => void): () => Source[] {
  const known = new Map<string, Source>();
  const told = new Set<string>();
  return () => {
    const { tables, unfit } = findOutboxes(database);
    for (const outbox of unfit) {
      if (!told.has(outbox.table)) onUnfit(outbox);
      told.add(outbox.table);
    }
    return tables.map((outbox) => {
      const source = known.get(outbox.table) ?? { outbox, store: messageStore(database, outbox) };
      known.set(outbox.table, source);
      return source;
    });
  };
}
