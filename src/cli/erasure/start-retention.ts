import { systemClock } from "../../core/clock.ts";
import { parseDuration } from "../../core/duration.ts";
import { messageOf, RingmainError } from "../../core/errors.ts";
import { truncateLog } from "../../db/wipe-file.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { startHeartbeat } from "../../schedule/heartbeat.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { withDatabase } from "../with-database.ts";
import type { Erased } from "./erase-batches.ts";
import { retainOnce } from "./retain.ts";

/** How often payloads are looked at that may have grown old. */
const everyMs = 3_600_000;

interface RetentionEvents {
  erased: (erased: Erased, before: Date) => void;
  failed: (message: string) => void;
}

/**
 * Erases payloads that have grown older than `keep_payloads` of ringmain.yaml, a batch a second until none is left, then
 * once an hour, until the function that it returns is called. Does nothing where payloads are kept for ever. Its failures
 * stop nothing: they are told.
 */
export function startRetention(workspace: Workspace, events: RetentionEvents): () => Promise<void> {
  const heartbeat = startHeartbeat({
    tick: createRetention(workspace, events),
    now: () => systemClock.now(),
    onError: (error) => events.failed(`Old payloads could not be erased: ${messageOf(error)}`),
  });
  return () => heartbeat.stop();
}

/** What is done at a beat: at most one batch. */
export function createRetention(
  { config, databasePath, stateDir }: Pick<Workspace, "config" | "databasePath" | "stateDir">,
  events: Pick<RetentionEvents, "erased">,
): (now: Date) => Promise<void> {
  const { keep_payloads } = config.audit;
  const keptMs = keep_payloads === undefined ? Number.POSITIVE_INFINITY : (parseDuration(keep_payloads) ?? 0);
  let due = 0;
  let inLog = false;
  return async (now) => {
    if (now.getTime() < due || keptMs > now.getTime()) return;
    due = now.getTime() + everyMs;
    const before = new Date(now.getTime() - keptMs);
    await withDatabase({ databasePath }, now, async (database) => {
      const { erased, isAll } = await retainOnce({
        database,
        writerKey: ensureWriterKey(stateDir),
        before,
        now: () => now,
      });
      if (erased.payloads > 0 || erased.copies.size > 0) {
        inLog = true;
        events.erased(erased, before);
      }
      if (!isAll) due = 0;
      else if (inLog) inLog = !(await emptiesLog(database));
    });
  };
}

/** Nobody is waited for: a reader that is in the way now is gone another time. */
async function emptiesLog(database: Parameters<typeof truncateLog>[0]): Promise<boolean> {
  try {
    await truncateLog(database, { budgetMs: 0 });
    return true;
  } catch (error) {
    if (error instanceof RingmainError && error.code === "STORE_BUSY") return false;
    throw error;
  }
}
