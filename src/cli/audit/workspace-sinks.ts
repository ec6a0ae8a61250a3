import type { FollowerEvents } from "../../sinks/follower.ts";
import { openSinks, type Sinks } from "../../sinks/open-sinks.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { traceOrigin } from "../wire.ts";

/** Opens the sinks of a workspace. `waitMs` is how long to wait for another process that works on one. */
export function openWorkspaceSinks(workspace: Workspace, events: FollowerEvents, waitMs = 0): Promise<Sinks> {
  const { config, databasePath, stateDir, dir } = workspace;
  return openSinks({
    configs: config.audit.sinks,
    databasePath,
    stateDir,
    workspaceDir: dir,
    workspaceName: config.name,
    origin: traceOrigin(workspace),
    environment: process.env,
    waitMs,
    events,
  });
}
