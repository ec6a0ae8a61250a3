import { systemClock } from "../../core/clock.ts";
import { parseDuration } from "../../core/duration.ts";
import { messageOf, RingmainError } from "../../core/errors.ts";
import { truncateLog } from "../../db/wipe-file.ts";
import { startHeartbeat } from "../../schedule/heartbeat.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { withDatabase } from "../with-database.ts";
import type { Erased } from "./erase-batches.ts";
import { retainOnce } from "./retain.ts";

/** How often payloads are looked at that may have grown old. */
const everyMs = 3_600_000;

/**
 * Erases payloads that have grown older than `keep_payloads` of ringmain.yaml, a batch a second until none is left, then
 * once an hour, until the function that it returns is called. Undefined where payloads are kept for ever. Its failures stop
 * nothing: they are told.
 */
export function startRetention(
  workspace: Workspace,
  events: { erased: (erased: Erased, before: Date) => void; failed: (message: string) => void },
): (() => Promise<void>) | undefined {
  const { keep_payloads } = workspace.config.audit;
  const keptMs = keep_payloads === undefined ? undefined : parseDuration(keep_payloads);
  if (keptMs === undefined) return undefined;
  let due = 0;
  let unwiped = false;
  const heartbeat = startHeartbeat({
    async tick(now) {
      if (now.getTime() < due) return;
      due = now.getTime() + everyMs;
      const before = new Date(now.getTime() - keptMs);
      await withDatabase(workspace, now, async (database) => {
        const { erased, isAll } = await retainOnce({ database, before, now: () => now });
        if (erased.payloads > 0 || erased.copies.size > 0) {
          unwiped = true;
          events.erased(erased, before);
        }
        if (!isAll) due = 0;
        else if (unwiped) {
          // not waited for: a reader that is in the way now is gone at the next look
          await truncateLog(database, { budgetMs: 0 }).then(
            () => {
              unwiped = false;
            },
            (error) => {
              if (!(error instanceof RingmainError && error.code === "STORE_BUSY")) throw error;
            },
          );
        }
      });
    },
    now: () => systemClock.now(),
    onError: (error) => events.failed(`Old payloads could not be erased: ${messageOf(error)}`),
  });
  return () => heartbeat.stop();
}
