import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Ended } from "./workspace.ts";

type Write = typeof process.stdout.write;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What runs a command line in the built program. */
const commandLine = fileURLToPath(new URL("../../dist/src/cli/command-line.js", import.meta.url));
// Node.js itself loads it, without the test runner in between
const require = createRequire(import.meta.url);

let busy = false;

/** Whether a command runs in this process: another must then have a process of its own. */
export function isBusy(): boolean {
  return busy;
}

/**
 * Runs a command line of the built program to its end in this process. To start the program a second time costs more
 * than most commands; what becomes of its process is for the tests that start one (`startCli`).
 */
export async function runWarm(
  args: readonly string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<Ended> {
  if (busy) throw new Error("A command runs in this process already.");
  busy = true;
  const ended: Ended = { code: 0, stdout: "", stderr: "" };
  const before = {
    env: process.env,
    cwd: process.cwd(),
    umask: process.umask(),
    exitCode: process.exitCode,
  };
  const writes = { stdout: process.stdout.write, stderr: process.stderr.write };
  const handlers = new Set(signals.flatMap((signal) => process.listeners(signal)));
  process.stdout.write = collect((text) => {
    ended.stdout += text;
  });
  process.stderr.write = collect((text) => {
    ended.stderr += text;
  });
  process.env = { ...env };
  process.exitCode = undefined;
  process.chdir(cwd);
  try {
    await require(commandLine).runCommandLine(args);
    ended.code = Number(process.exitCode ?? 0);
  } finally {
    Object.assign(process.stdout, { write: writes.stdout });
    Object.assign(process.stderr, { write: writes.stderr });
    process.env = before.env;
    process.exitCode = before.exitCode;
    process.chdir(before.cwd);
    process.umask(before.umask);
    for (const signal of signals) {
      for (const handler of process.listeners(signal)) {
        if (!handlers.has(handler)) process.off(signal, handler);
      }
    }
    busy = false;
  }
  return ended;
}

/** What stands in for a stream's `write`. */
function collect(take: (text: string) => void): Write {
  const decoder = new TextDecoder();
  return (chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
    take(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    const told = typeof encoding === "function" ? encoding : done;
    if (typeof told === "function") process.nextTick(() => told());
    return true;
  };
}
