import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createLineReader } from "./line-reader.ts";
import { endGroup, forgetGroup, signalGroup, watchGroup } from "./process-group.ts";
import { safeLine } from "./safe-text.ts";
import { type ServerSpec, serverEnvironment } from "./server-spec.ts";

/** How a server's process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Set when the program could not be started at all, for instance `ENOENT`. */
  startError?: string | undefined;
}

/** A server's process, which leads a process group of its own. */
export interface Child {
  pid: number | undefined;
  stdin: Writable;
  stdout: Readable;
  /** Present once the process has ended. */
  exit(): Exit | undefined;
  /** When the process has ended and all it wrote to stdout has been read. Never rejects. */
  closed: Promise<Exit>;
  /** The last lines it wrote to stderr, safe to print. */
  lastWords(): string[];
  /** Ends it: closes stdin, then SIGTERM, then SIGKILL, to the whole group. Safe to repeat. Never rejects. */
  end(): Promise<void>;
}

interface ChildOptions {
  spec: ServerSpec;
  hostEnvironment: NodeJS.ProcessEnv;
  graceMs: number;
  onStderr(line: string): void;
}

const keptLines = 10;
/** A descendant that left the group may hold stdout open; its server's end is not put off for longer than this. */
const drainMs = 500;

/** Starts a server's process. Does not throw: a program that cannot be started has an exit at once. */
export function startChild({ spec, hostEnvironment, graceMs, onStderr }: ChildOptions): Child {
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: serverEnvironment(spec, hostEnvironment),
    // a group of its own: Ctrl-C in the terminal reaches the host alone, which then ends its servers in order
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const { stdin, stdout, stderr, pid } = child;
  if (pid !== undefined) watchGroup(pid);
  // the exit says it all; without a listener a broken pipe would end the host
  stdin.on("error", () => {});

  const words: string[] = [];
  const keep = (line: string) => {
    const safe = safeLine(line);
    if (safe === "") return;
    words.push(safe);
    if (words.length > keptLines) words.shift();
    onStderr(safe);
  };
  const lines = createLineReader({ maxBytes: 65_536, onLine: keep, onDropped: ({ head }) => keep(head) });
  stderr.on("data", (chunk: Buffer) => lines.push(chunk));

  const drained = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let exit: Exit | undefined;
  const exited = exitOf(child).then((ending) => {
    exit = ending;
    return ending;
  });
  const closed = exited.then(async (ending) => {
    if (ending.startError === undefined) await within(drainMs, drained);
    stdout.destroy();
    return ending;
  });

  async function end(): Promise<void> {
    if (pid === undefined) return;
    stdin.end();
    if (!(await within(graceMs, exited))) {
      signalGroup(pid, "SIGTERM");
      if (!(await within(graceMs, exited))) signalGroup(pid, "SIGKILL");
    }
    await exited;
    await endGroup(pid, graceMs);
    await closed;
  }

  let ending: Promise<void> | undefined;
  void exited.then(() => {
    // a server that died by itself takes its helpers with it
    if (pid !== undefined && ending === undefined) {
      signalGroup(pid, "SIGKILL");
      forgetGroup(pid);
    }
  });
  return {
    pid,
    stdin,
    stdout,
    exit: () => exit,
    closed,
    lastWords: () => [...words],
    end() {
      ending ??= end();
      return ending;
    },
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) {
        resolve({ code: null, signal: null, startError: error.code ?? error.message });
      }
    });
  });
}

/** Whether a promise settles within so many milliseconds. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  const inTime = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return inTime;
}
