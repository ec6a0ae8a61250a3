import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { TestWorkspace } from "../helpers/workspace.ts";
import type { KillMoment } from "./kill-moment.ts";
import { type ServerProcess, serversOf } from "./server-processes.ts";

/** Longer than any run takes on a busy machine; what lasts longer hangs. */
const patienceMs = 180_000;

/** One line of `ringmain run --json`. */
interface RunEvent {
  event: string;
  path?: string;
  kind?: string;
  status: string;
  tool?: string;
  outputs?: Record<string, unknown>;
}

/** A process of `ringmain run`, followed by its events. */
export interface RunProcess {
  child: ChildProcess;
  /** Of steps and of the run, as they came. */
  events: RunEvent[];
  /** When the process started, when it told its first step and its last, by `performance.now()`. */
  times: { start: number; first: number; last: number };
  /** Resolves at the moment, or when the process has ended before. Returns whether it still runs. */
  until(moment: KillMoment): Promise<boolean>;
  /** Calls that were told to have started and not to have ended; of one server, or of all. */
  callsInFlight(server?: string): number;
  servers(): ServerProcess[];
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** Starts, or takes up, the run of a workflow. */
export function startRun(workspace: TestWorkspace, workflow: string): RunProcess {
  const child = workspace.start("run", workflow, "--json");
  const watchdog = setTimeout(() => child.kill("SIGABRT"), patienceMs);
  const times = { start: performance.now(), first: 0, last: 0 };
  const events: RunEvent[] = [];
  const waiting = new Set<() => void>();
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event: RunEvent = JSON.parse(line);
      events.push(event);
      if (event.event === "step") times.last = performance.now();
      if (events.length === 1) times.first = times.last;
      for (const check of waiting) check();
    });
  }
  let exited = false;
  const ended = new Promise<Awaited<RunProcess["ended"]>>((resolve, reject) => {
    child.once("error", reject).once("exit", () => {
      exited = true;
    });
    child.once("close", (code, signal) => {
      clearTimeout(watchdog);
      resolve({ code, signal, stderr });
    });
  });

  const countReached = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (events.length < count && !exited) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      child.once("exit", check);
      check();
    });

  return {
    child,
    events,
    times,
    async until(moment) {
      if ("afterMs" in moment) await delay(moment.afterMs);
      else {
        await countReached(moment.afterEvents);
        await delay(moment.andMs);
      }
      return !exited;
    },
    callsInFlight(server) {
      const open = new Set<string>();
      for (const { kind, status, path = "", tool = "" } of events) {
        if (kind !== "call" || (server !== undefined && !tool.startsWith(`${server}.`))) continue;
        if (status === "started") open.add(path);
        else open.delete(path);
      }
      return open.size;
    },
    servers: () => (child.pid === undefined ? [] : serversOf(child.pid)),
    ended,
  };
}
