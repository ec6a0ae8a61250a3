import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDuration } from "../core/duration.ts";
import { RingmainError } from "../core/errors.ts";
import { type Lock, parseLock } from "../core/lock-file.ts";
import type { ServerSpec } from "../hub/server-spec.ts";
import type { Workspace } from "../workspace/load-workspace.ts";
import { builtinServer } from "./program-files.ts";

/** The lock file of a workspace, or undefined when nothing is pinned yet. */
export function readLock(workspace: Workspace): Lock | undefined {
  const path = lockPath(workspace);
  return existsSync(path) ? parseLock(readFileSync(path, "utf8")) : undefined;
}

/** The same, or undefined also when the file is damaged: for the command that writes it anew. */
export function readLockIfUsable(workspace: Workspace): Lock | undefined {
  try {
    return readLock(workspace);
  } catch {
    return undefined;
  }
}

export function lockPath(workspace: Workspace): string {
  return join(workspace.dir, "ringmain.lock");
}

/** How to start each server of a workspace. */
export function serverSpecs(workspace: Workspace): ServerSpec[] {
  return Object.entries(workspace.config.servers).map(([name, entry]) => {
    const timeoutMs = entry.timeout === undefined ? undefined : durationOf(name, entry.timeout);
    const env = { ...entry.env, RINGMAIN_WORKSPACE: workspace.dir };
    const common = { name, env, cwd: workspace.dir, timeoutMs };
    if ((entry.command === undefined) === (entry.builtin === undefined)) throw notOneKind(name);
    if (entry.command !== undefined) return { ...common, command: entry.command, args: entry.args };
    return { ...common, command: process.execPath, args: [builtinServer(entry.builtin ?? name)] };
  });
}

function durationOf(server: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new RingmainError(
    "WORKFLOW_INVALID",
    `The server ${server} in ringmain.yaml has the timeout "${text}", which is no duration.`,
    { hint: "Write it as 500ms, 30s or 2m." },
  );
}

function notOneKind(name: string): RingmainError {
  return new RingmainError(
    "WORKFLOW_INVALID",
    `The server ${name} in ringmain.yaml needs either builtin: or command:, and not both.`,
    {
      hint: `Write ${name}: { builtin: crm }, or command: and args: of a server built on the kit.`,
    },
  );
}
