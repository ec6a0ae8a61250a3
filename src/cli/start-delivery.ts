import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { ensureWriterKey } from "../identity/keys.ts";
import { openConfiguredOutbox } from "../outbox/open-configured-outbox.ts";
import type { Delivery } from "../outbox/outbox.ts";
import { startHeartbeat } from "../schedule/heartbeat.ts";
import type { Ring } from "./wire.ts";

/**
 * Delivers the messages in the outboxes, as `outbox:` of ringmain.yaml says, until the function that it returns is
 * called; that waits for the message being sent. Undefined when nothing is to be delivered.
 */
export async function startDelivery(
  { workspace }: Ring,
  events: { delivered: (delivery: Delivery) => void; note: (text: string) => void },
): Promise<(() => Promise<void>) | undefined> {
  const outbox = await openConfiguredOutbox({
    config: workspace.config.outbox,
    environment: process.env,
    databasePath: workspace.databasePath,
    writerKey: ensureWriterKey(workspace.stateDir),
    clock: systemClock,
    report: events.delivered,
    onUnfit: ({ server }) => events.note(`The outbox of ${server} lacks a column and is not delivered.`),
  });
  if (outbox === undefined) return undefined;
  // a heartbeat of its own: a mail server that is slow to answer must not delay a schedule
  const heartbeat = startHeartbeat({
    tick: (now) => outbox.tick(now),
    now: () => systemClock.now(),
    onError: (error) => events.note(`The outbox could not be delivered: ${messageOf(error)}`),
  });
  return async () => {
    await heartbeat.stop();
    await outbox.close();
  };
}
