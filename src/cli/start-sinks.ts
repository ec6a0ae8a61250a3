import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { startHeartbeat } from "../schedule/heartbeat.ts";
import type { FollowerEvents } from "../sinks/follower.ts";
import { openWorkspaceSinks } from "./audit/workspace-sinks.ts";
import type { Ring } from "./wire.ts";

/** How long the end of the program waits for what is new to arrive; the rest is sent by the next one. */
const lastTickMs = 2_000;

/**
 * Gives the sinks that ringmain.yaml names what is new in the trail, once a second and once more when the function that
 * it returns is called. Nothing waits for them, not even one for another. Undefined when there are none.
 */
export async function startSinks(
  { workspace }: Ring,
  events: FollowerEvents,
): Promise<(() => Promise<void>) | undefined> {
  if (workspace.config.audit.sinks.length === 0) return undefined;
  const { followers, close } = await openWorkspaceSinks(workspace, events);
  const tick = (now: Date) => Promise.all(followers.map((follower) => follower.tick(now)));
  const heartbeat = startHeartbeat({
    // not awaited: a collector that does not answer must not delay the file
    tick: async (now) => void tick(now),
    now: () => systemClock.now(),
    onError: (error) => events.note("sinks", messageOf(error)),
  });
  return async () => {
    await heartbeat.stop();
    const enough = new AbortController();
    const waited = delay(lastTickMs, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([tick(systemClock.now()), waited]);
    enough.abort();
    await close();
  };
}
