import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process that has a file open. */
export interface FileUser {
  pid: number;
  command: string;
}

/** The other processes that have a file open, as far as the system lets this user see them (on Linux, from /proc). */
export function usersOf(path: string): FileUser[] {
  return listed("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => listed(`/proc/${pid}/fd`).some((fd) => targetOf(`/proc/${pid}/fd/${fd}`) === path))
    .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }));
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function commandOf(pid: string): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .filter((word) => word !== "");
    return words.join(" ").slice(0, 120);
  } catch {
    return "?";
  }
}
