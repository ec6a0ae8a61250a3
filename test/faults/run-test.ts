import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Finder } from "./fault.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** How a test ended. Only a failed assertion finds a fault: any other failure would hide what is broken. */
export type Outcome =
  | { kind: "passed" }
  | { kind: "assertion"; test: string; message: string }
  | { kind: "error"; message: string };

/** The JSON report of vitest, as far as it matters. */
const report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** Runs one test in the copy, with the same random sequences for the same seed. */
export async function runTest(
  { dir, temporary }: WorkingCopy,
  { file, name }: Finder,
  { seed, signal }: { seed: string; signal: AbortSignal },
): Promise<Outcome> {
  const reportPath = join(temporary, "report.json");
  rmSync(reportPath, { force: true });
  const args = ["run", file, "--reporter=json", `--outputFile=${reportPath}`];
  if (name !== undefined) args.push("--testNamePattern", escaped(name));
  const child = spawn(process.execPath, [join(dir, "node_modules/vitest/vitest.mjs"), ...args], {
    cwd: dir,
    env: {
      ...process.env,
      TMPDIR: temporary,
      RINGMAIN_PROPERTY_SEED: seed,
      RINGMAIN_SEED: seed,
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // its own group, so that an interruption ends what the tests have started too
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const end = () => {
    const runs = child.exitCode === null && child.signalCode === null;
    if (runs && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  signal.addEventListener("abort", end);
  await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  if (!existsSync(reportPath)) return { kind: "error", message: lastLines(output) };
  return outcomeOf(readFileSync(reportPath, "utf8"));
}

/** Reads the report of a run. */
function outcomeOf(text: string): Outcome {
  const { testResults } = report.parse(JSON.parse(text));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === "failed");
  for (const { fullName, failureMessages } of failed) {
    const message = (failureMessages ?? []).map(assertionIn).find((found) => found !== undefined);
    if (message !== undefined) return { kind: "assertion", test: fullName, message };
  }
  const broken =
    testResults.find(({ message }) => message !== "")?.message ?? failed[0]?.failureMessages?.[0];
  if (broken !== undefined) return { kind: "error", message: withoutExample(broken) };
  if (!tests.some(({ status }) => status === "passed")) return { kind: "error", message: "No test ran." };
  return { kind: "passed" };
}

/**
 * The first line of the assertion that failed, also within a report of fast-check. Two of vitest's own assertions about
 * rejections throw plain errors.
 */
function assertionIn(message: string): string | undefined {
  const ofRejection = /^Error: (promise resolved .* instead of rejecting|expected error to match .*)$/m;
  return (/AssertionError: (.*)/.exec(message) ?? ofRejection.exec(message))?.[1];
}

/** A report of fast-check is mostly its example, which may be as long as a book. */
function withoutExample(message: string): string {
  return message
    .split("\n")
    .filter((line) => !line.startsWith("Counterexample: "))
    .join("\n");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-12).join("\n");
}
