import { setTimeout as sleep } from "node:timers/promises";

/** The groups of all servers that run: none may outlive this process. */
const groups = new Set<number>();

function killAll(): void {
  for (const group of groups) signalGroup(group, "SIGKILL");
}

/** Has a group killed when this process exits without having ended it. */
export function watchGroup(group: number): void {
  if (groups.size === 0) process.on("exit", killAll);
  groups.add(group);
}

export function forgetGroup(group: number): void {
  groups.delete(group);
  if (groups.size === 0) process.off("exit", killAll);
}

/** Sends a signal to every process of a group. Returns whether there was one. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** Ends what is left of a group whose leader has ended: SIGTERM, then SIGKILL. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  if (signalGroup(group, "SIGTERM")) {
    const step = 20;
    for (let waited = 0; waited < graceMs && signalGroup(group, 0); waited += step) await sleep(step);
    signalGroup(group, "SIGKILL");
  }
  forgetGroup(group);
}
