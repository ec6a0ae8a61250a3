import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A server that a run has started. */
export interface ServerProcess {
  pid: number;
  name: string;
}

/** The servers that a process has started and that are alive, as /proc shows them (proc(5)). */
export function serversOf(parent: number): ServerProcess[] {
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || statOf(pid)?.parent !== parent) return [];
    const name = /servers\/(\w+)\/main\.js/.exec(readText(`/proc/${pid}/cmdline`) ?? "")?.[1];
    return name === undefined ? [] : [{ pid, name }];
  });
}

/** Sends SIGKILL. Returns false when the process has ended before. */
export function killProcess(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** Resolves when all of them have ended; throws when one is left after ten seconds. */
export async function untilGone(servers: readonly ServerProcess[]): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (const { pid, name } of servers) {
    while (isAlive(pid)) {
      if (performance.now() > deadline) throw new Error(`the server ${name} (${pid}) outlives its runner`);
      await delay(10);
    }
  }
}

function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

/** The second field of /proc/PID/stat is the program's name in brackets, which may hold anything. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const [state = "", parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state, parent: Number(parent) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
