import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, vi } from "vitest";
import { isBusy, runWarm } from "./run-warm.ts";
import { builtCli, plainEnvironment } from "./workspace.ts";

export interface CliOptions {
  cwd?: string;
  /** On top of an environment that holds none of the test runner's own settings. */
  env?: Readonly<Record<string, string>>;
  /** A process that lasts longer hangs: it is killed, and ends with `signal: "SIGKILL"`. */
  timeoutMs?: number;
  /** Whom the process runs as, when it is not the user of the tests. */
  uid?: number;
  gid?: number;
  /** Another command that leads to the program, for instance `sh -c`. */
  command?: readonly string[];
}

/** How a process ended, and all that it wrote. */
export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A process that runs, with what it has written so far. */
export interface CliProcess {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Waits until stdout or stderr holds the text; rejects when the process ends without it. */
  until(text: string): Promise<void>;
  ended: Promise<CliResult>;
}

/** Starts the built program. Its stdin is empty, so it can ask nobody. */
export function startCli(args: readonly string[], options: CliOptions = {}): CliProcess {
  const { cwd, uid, gid, env = {}, timeoutMs = 45_000, command = [process.execPath, builtCli] } = options;
  const [program = "", ...before] = command;
  const child = spawn(program, [...before, ...args], {
    cwd,
    uid,
    gid,
    env: plainEnvironment(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const watchdog = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const written = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
      for (const look of watchers) look();
    });
  }
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => {
      clearTimeout(watchdog);
      resolve({ code, signal, ...written });
    });
  });
  return {
    child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    until(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (written.stdout.includes(text) || written.stderr.includes(text)) resolve();
      };
      watchers.add(look);
      look();
      void ended.then(() =>
        reject(new Error(`ended without "${text}":\n${written.stdout}\n${written.stderr}`)),
      );
      return promise.finally(() => watchers.delete(look));
    },
    ended,
  };
}

/** Runs the built program to its end, in this process where nothing speaks against it. Never rejects for an exit code. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { cwd = process.cwd(), env, ...ofProcess } = options;
  if (isBusy() || Object.keys(ofProcess).length > 0) return startCli(args, options).ended;
  return { signal: null, ...(await runWarm(args, { cwd, env: plainEnvironment(env) })) };
}

/** `describe` for tests of the built program: skipped where it is not built, which continuous integration forbids. */
export const describeBuilt: typeof describe | typeof describe.skip = existsSync(builtCli)
  ? describe
  : skipUnbuilt();

function skipUnbuilt(): typeof describe.skip {
  const reason = `${builtCli} is missing: run npm run build first.`;
  if (process.env.CI) throw new Error(reason);
  process.stderr.write(`Skipped. ${reason}\n`);
  return describe.skip;
}

/** The living processes that work for a workspace, servers and runners, as `/proc` shows them. */
function processesOf(dir: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const commandLine = readProc(pid, "cmdline").replaceAll("\0", " ").trim();
      const mine =
        commandLine.includes(dir) || readProc(pid, "environ").includes(`RINGMAIN_WORKSPACE=${dir}\0`);
      // one that has ended and is not yet reaped has no command line
      return mine && commandLine !== "" ? [`${pid} ${commandLine}`] : [];
    });
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** Fails unless every process that works for a workspace ends. Where there is no `/proc`, it says nothing. */
export async function expectNoProcesses(dir: string): Promise<void> {
  if (!existsSync("/proc/self/environ")) return;
  await vi.waitFor(() => {
    const left = processesOf(dir);
    if (left.length > 0) throw new Error(`still there:\n${left.join("\n")}`);
  }, 10_000);
}

/** Whether a text holds escape codes, as of colours. */
export function hasEscapeCodes(text: string): boolean {
  return text.includes("\u001b");
}
