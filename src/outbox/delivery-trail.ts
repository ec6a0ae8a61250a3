import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { createAppender } from "../audit/append.ts";
import type { Outcome } from "../audit/entry.ts";
import type { ErrorCode } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { ChangedMessage } from "./message-store.ts";
import type { OutboxTable } from "./outbox-tables.ts";

/** One step of a delivery. */
export interface DeliveryRecord {
  outbox: OutboxTable;
  message: ChangedMessage;
  /** `unknown` before the try, and for ever when nobody learns how it ended. */
  outcome: Extract<Outcome, "unknown" | "done" | "failed">;
  reason?: string | undefined;
  /** Of a try that failed. */
  error?: ErrorCode | undefined;
  now: Date;
  durationMs?: number;
}

/**
 * Records deliveries in the trail, within the transaction that changes the message: the intent before the try, the
 * outcome after it. The message's id is the key, so the trail itself refuses a second delivery.
 */
export function deliveryTrail(
  database: DatabaseSync,
  writerKey: KeyObject,
): (record: DeliveryRecord) => void {
  const appender = createAppender(database, writerKey);
  return ({ outbox, message, outcome, reason, error, now, durationMs = 0 }) => {
    const { id, attempts, version, recipient, subject } = message;
    appender.load();
    appender.append(
      {
        time: now.toISOString(),
        kind: "delivery",
        principal: "ringmain:outbox",
        verified_by: "runner",
        server: outbox.server,
        tool: `${outbox.server}.deliver_message`,
        effect: "send",
        decision: "allow",
        policies: [],
        outcome,
        key: id,
        duration_us: Math.round(durationMs * 1000),
        changed: [[outbox.table, id, version]],
        ...(reason !== undefined && { reason }),
        ...(error !== undefined && { error }),
      },
      { arguments: canonicalJson({ message_id: id, to: recipient, subject, attempt: attempts }) },
    );
    appender.store();
  };
}
