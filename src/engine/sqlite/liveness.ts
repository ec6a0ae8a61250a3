import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, so that another one can tell later whether it is still the same and alive. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; tells a process from an earlier one with the same pid. Empty where the system does not say. */
  startedAt: string;
  /** Opaque; processes with the same value can see each other's pids. */
  host: string;
}

/** Which processes are alive. Injected in tests. */
export interface Liveness {
  self: ProcessIdentity;
  /** False when the process is certainly gone; undefined when it cannot be known from here. */
  isAlive(process: ProcessIdentity): boolean | undefined;
}

/** Liveness by pid and, on Linux, by the start time of the process, since pids are used again. */
export function systemLiveness(): Liveness {
  const self = { pid: process.pid, startedAt: linuxStat(process.pid)?.startedAt ?? "", host: hostIdentity() };
  return {
    self,
    isAlive({ pid, startedAt, host }) {
      if (host !== self.host) return undefined;
      try {
        process.kill(pid, 0);
      } catch (error) {
        // EPERM: it exists and belongs to another user.
        if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
      }
      const stat = linuxStat(pid);
      if (stat === undefined) return true;
      // A killed process that its parent has not waited for still has a pid.
      return stat.state !== "Z" && stat.state !== "X" && stat.startedAt === startedAt;
    },
  };
}

/** Fields 3 and 22 of /proc/<pid>/stat (proc(5)): state and start in clock ticks since boot. */
function linuxStat(pid: number): { state: string; startedAt: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in brackets; it may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startedAt: fields[19] ?? "" };
}

/** Containers may share a host name and a file, but not their pids; after a reboot all pids are void. */
function hostIdentity(): string {
  const boot = readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  let pidNamespace = "";
  try {
    pidNamespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // not Linux
  }
  return [hostname(), boot, pidNamespace].filter((part) => part !== "").join(" ");
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
