import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../src/audit/entry.ts";
import { verifyTrail } from "../../src/audit/verify.ts";
import { verifyRecords } from "../../src/audit/verify-records.ts";
import { readWriterKey } from "../../src/identity/keys.ts";
import type { TestWorkspace } from "../helpers/workspace.ts";
import { unaccounted } from "./accounts-for.ts";
import { type Books, entriesSince, readBooks } from "./books.ts";
import { compareContent } from "./content.ts";

/**
 * Everything that must hold after a run that was killed and taken up, against an uninterrupted run of the same
 * workflow from the same beginning. Returns the faults, in words.
 */
export function inspect(beginning: Books, expected: Books, actual: Books): string[] {
  return [
    ...oneRun(beginning, expected, actual),
    ...everyCallOnce(entriesSince(beginning, expected), entriesSince(beginning, actual)),
    ...unaccounted(beginning, actual),
    ...compareContent(beginning, expected, actual),
  ];
}

/** The same over a workspace, and what `ringmain audit verify` finds in it. */
export function inspectWorkspace(
  { databasePath }: TestWorkspace,
  { beginning, expected }: { beginning: Books; expected: Books },
): string[] {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  const writerKey = readWriterKey(dirname(databasePath));
  const faults = [
    ...verifyTrail(database, { writerKey }).faults,
    ...verifyRecords(database, { writerKey }).faults,
  ];
  database.close();
  return [
    ...inspect(beginning, expected, readBooks(databasePath)),
    ...faults.map(({ seq, message }) => `audit verify: entry #${seq}: ${message}`),
  ];
}

function oneRun(beginning: Books, expected: Books, actual: Books): string[] {
  const runs = actual.runs.slice(beginning.runs.length);
  if (runs.length !== 1) return [`there are ${runs.length} runs, not 1`];
  const outputs = expected.runs.at(-1)?.outputs;
  const [run] = runs;
  if (run?.status !== "done") return [`the run is ${run?.status}: ${run?.error}`];
  return run.outputs === outputs ? [] : [`the run's outputs are ${run.outputs}, not ${outputs}`];
}

/** Each call of the workflow has succeeded once, and nothing else happened but repeats of what was done. */
function everyCallOnce(expected: readonly Entry[], actual: readonly Entry[]): string[] {
  const wanted = new Map(expected.map((entry) => [workOf(entry), entry]));
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const entry of actual) {
    const work = workOf(entry);
    const { seq, outcome, changed } = entry;
    if (outcome === "replayed") {
      if (changed.length > 0) faults.push(`entry #${seq} repeats a result and names changes`);
    } else if (outcome !== "done")
      faults.push(`entry #${seq}, ${work}, ${outcome}: ${entry.error} ${entry.reason}`);
    else if (seen.has(work)) faults.push(`entry #${seq} does ${work} again`);
    else if (changed.length !== wanted.get(work)?.changed.length) {
      faults.push(
        `entry #${seq}, ${work}, names ${changed.length} changes, not ${wanted.get(work)?.changed.length}`,
      );
    }
    if (outcome === "done") seen.add(work);
  }
  for (const work of wanted.keys()) if (!seen.has(work)) faults.push(`no entry says that ${work} was done`);
  return faults;
}

/** Which work an entry is about: the same in every run. */
function workOf({ kind, tool, step, once, principal }: Entry): string {
  return [kind, principal, tool, step, once].filter((part) => part !== undefined).join(" ");
}
