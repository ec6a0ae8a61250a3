// npm run faults [-- --only TEXT] [--list] [--json] [--seed NUMBER]: breaks each invariant, and sees it found.
import { parseArgs } from "node:util";
import { type Fault, type Finder, invariants } from "./fault.ts";
import { faults } from "./faults.ts";
import { type Outcome, runTest } from "./run-test.ts";
import { makeWorkingCopy, requireApplicable } from "./working-copy.ts";

const help = `Seeds known mistakes into a copy of the source, one at a time, and sees that a property test finds each.

Usage: npm run faults [-- OPTIONS]

  --only TEXT    only the faults whose number, invariant, description, files or test contain the text
  --list         tells the faults and runs nothing
  --json         writes the results as JSON, one line a fault
  --seed NUMBER  other random sequences (by default 1: everybody sees the same)
  --help         this text

Exit code: 0 when every fault was found, 1 when one was not or no longer applies, 2 for wrong usage.

Examples:
  npm run faults
  npm run faults -- --only "5 credit"
  npm run faults -- --only transfer --seed 7
  npm run faults -- --list`;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = readOptions();
  if (values === undefined) return 2;
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { only, seed } = values;
  const chosen = faults.filter(
    (fault) => only === undefined || searchText(fault).includes(only.toLowerCase()),
  );
  if (chosen.length === 0) {
    console.error(`No fault contains "${only}"; --list shows them all.`);
    return 2;
  }
  if (!Number.isInteger(Number(seed))) {
    console.error(`--seed takes a whole number, not "${seed}".`);
    return 2;
  }
  for (const { broken, edits } of chosen) {
    try {
      requireApplicable(edits);
    } catch (error) {
      console.error(
        `The fault "${broken}" no longer applies: ${error instanceof Error ? error.message : error}`,
      );
      return 1;
    }
  }
  if (values.list) {
    for (const fault of chosen)
      console.log(`${titleOf(fault)}: ${fault.broken} → ${finderText(fault.foundBy)}`);
    return 0;
  }
  return await seedAll(chosen, { seed, json: values.json });
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: "string" },
        seed: { type: "string", default: "1" },
        list: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${help}`);
    return undefined;
  }
}

async function seedAll(chosen: readonly Fault[], options: { seed: string; json: boolean }): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => interrupted.abort());
  const run = { seed: options.seed, signal: interrupted.signal };
  const copy = makeWorkingCopy();
  const started = performance.now();
  try {
    const unsound = await failsWithoutFault(chosen, (finder) => runTest(copy, finder, run));
    if (unsound !== undefined) {
      console.error(`Fails without any fault: ${unsound}`);
      return 1;
    }
    let found = 0;
    for (const fault of chosen) {
      const before = performance.now();
      const restore = copy.apply(fault.edits);
      const outcome = await runTest(copy, fault.foundBy, run);
      restore();
      const seconds = (performance.now() - before) / 1_000;
      if (outcome.kind === "assertion") found += 1;
      console.log(options.json ? jsonLine(fault, outcome, seconds) : textLine(fault, outcome, seconds));
    }
    const broken = new Set(chosen.map(({ invariant }) => invariant)).size;
    const summary = `${found} of ${chosen.length} faults found, in ${broken} of ${Object.keys(invariants).length} invariants`;
    console[options.json ? "error" : "log"](
      `${summary}, in ${Math.round((performance.now() - started) / 1_000)} s`,
    );
    return found === chosen.length ? 0 : 1;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    throw error;
  } finally {
    copy.remove();
  }
}

/** Runs each test once as the source stands. Returns what failed, if anything did. */
async function failsWithoutFault(
  chosen: readonly Fault[],
  run: (finder: Finder) => Promise<Outcome>,
): Promise<string | undefined> {
  const finders = new Map(chosen.map(({ foundBy }) => [finderText(foundBy), foundBy]));
  for (const [text, finder] of finders) {
    const outcome = await run(finder);
    if (outcome.kind !== "passed") return `${text}\n${outcome.message}`;
  }
  return undefined;
}

function titleOf({ invariant }: Fault): string {
  return `${invariant} ${invariants[invariant]}`;
}

function finderText({ file, name }: Finder): string {
  return name === undefined ? file : `${file} "${name}"`;
}

function searchText(fault: Fault): string {
  const files = fault.edits.map(({ file }) => file).join("\n");
  return `${titleOf(fault)}\n${fault.broken}\n${files}\n${finderText(fault.foundBy)}`.toLowerCase();
}

function textLine(fault: Fault, outcome: Outcome, seconds: number): string {
  const what = `${titleOf(fault)}: ${fault.broken}`;
  const time = `${seconds.toFixed(1)} s`;
  if (outcome.kind === "assertion") return `found      ${what} → ${finderText(fault.foundBy)} (${time})`;
  const why = outcome.kind === "passed" ? "its test passes" : `no assertion failed, but:\n${outcome.message}`;
  return `NOT FOUND  ${what} → ${finderText(fault.foundBy)} (${time}); ${why}`;
}

function jsonLine(fault: Fault, outcome: Outcome, seconds: number): string {
  const { invariant, broken, edits, foundBy } = fault;
  const files = [...new Set(edits.map(({ file }) => file))];
  const found = outcome.kind === "assertion";
  return JSON.stringify({
    invariant,
    name: invariants[invariant],
    broken,
    files,
    foundBy,
    found,
    outcome,
    seconds,
  });
}
