import { checkpointPlaces } from "../audit/checkpoint-places.ts";
import type { SealedHead } from "../audit/notary.ts";
import { systemClock } from "../core/clock.ts";
import { parseDuration } from "../core/duration.ts";
import { messageOf } from "../core/errors.ts";
import { startHeartbeat } from "../schedule/heartbeat.ts";
import { sealTrail } from "./audit/workspace-notary.ts";
import type { Ring } from "./wire.ts";

/**
 * Signs the head of the trail as often as `audit:` of ringmain.yaml says, and once more when the function that it returns
 * is called. Nothing waits for it, and its failures stop nothing: they are told.
 */
export function startNotary(
  { workspace }: Ring,
  events: { sealed: (sealed: SealedHead) => void; failed: (message: string) => void },
): () => Promise<void> {
  const { checkpoint_every, checkpoints } = workspace.config.audit;
  const everyMs = parseDuration(checkpoint_every) ?? 0;
  const places = checkpointPlaces(checkpoints, workspace.dir);
  let last = systemClock.now().getTime();

  const seal = async () => {
    const sealed = await sealTrail(workspace);
    if (sealed?.fresh !== true) return;
    events.sealed(sealed);
    for (const { put } of places) await put(sealed).catch((error) => events.failed(messageOf(error)));
  };
  const heartbeat = startHeartbeat({
    async tick(now) {
      if (now.getTime() - last < everyMs) return;
      last = now.getTime();
      await seal();
    },
    now: () => systemClock.now(),
    onError: (error) => events.failed(messageOf(error)),
  });
  return async () => {
    await heartbeat.stop();
    await seal().catch((error) => events.failed(messageOf(error)));
  };
}
