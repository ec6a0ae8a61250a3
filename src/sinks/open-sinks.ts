import type { SinkConfig } from "../core/workspace-file.ts";
import { configuredSinks, type SinkUse } from "./configured-sinks.ts";
import { createFollower, type Follower, type FollowerEvents } from "./follower.ts";
import { createTrailReader } from "./trail-reader.ts";

/** All sinks of a workspace, followed. */
export interface Sinks {
  followers: readonly Follower[];
  /** Gives up what is under way, which is sent again later. Safe to repeat. */
  close(): Promise<void>;
}

/** Opens the sinks that ringmain.yaml names. Nothing is read, written or sent before the first tick. */
export async function openSinks(
  options: Omit<SinkUse, "runStarted"> & {
    configs: readonly SinkConfig[];
    databasePath: string;
    stateDir: string;
    /** How long to wait for another process that works on a sink. */
    waitMs?: number;
    events: FollowerEvents;
  },
): Promise<Sinks> {
  const { configs, databasePath, stateDir, waitMs = 0, events, ...use } = options;
  const trail = createTrailReader(databasePath);
  const followers = await Promise.all(
    configuredSinks(configs).map(async ({ make }) => {
      const sink = await make({ ...use, runStarted: trail.runStarted });
      return createFollower({ sink, trail, stateDir, waitMs, events });
    }),
  );
  return {
    followers,
    async close() {
      await Promise.all(followers.map((follower) => follower.close()));
      trail.close();
    },
  };
}
