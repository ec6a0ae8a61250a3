import type { TestWorkspace } from "../helpers/workspace.ts";
import { type Books, readBooks } from "./books.ts";
import { countCommits, countRepeats } from "./commits.ts";
import { makeDrillWorkspace } from "./drill-workspace.ts";
import { inspectWorkspace } from "./inspect.ts";
import type { Measure } from "./kill-moment.ts";
import { type Kill, killRunner, killServer } from "./kills.ts";
import { randomFrom } from "./random.ts";
import { startRun } from "./run-process.ts";

export interface DrillOptions {
  victim: "runner" | "server";
  /** How many kills at least. */
  kills: number;
  /** Decides every moment and every victim; a run with the same seed kills at the same events. */
  seed: string;
  /** How many runs at the same time. */
  parallel?: number;
  report?: (line: string) => void;
}

export interface DrillResult {
  kills: number;
  /** Kills that fell between the run's first committed write and its last. */
  betweenCommits: number;
  /** Kills that hit a victim which owed an answer. */
  callsInFlight: number;
  /** Calls that had been committed when they were made again, because their answer was lost. */
  repeats: number;
  runs: number;
}

/** What every run of a drill starts from and is held against. It vanishes with `using`. */
export interface Stage {
  template: TestWorkspace;
  measure: Measure;
  beginning: Books;
  expected: Books;
  /** How many writes the run commits. */
  writes: number;
  [Symbol.dispose](): void;
}

/**
 * Runs the workflow `drill` again and again, each time from the same state, and kills the runner or a server at
 * random instants. After each run everything of `inspect` must hold. Throws with the seed, the number of the run
 * and the folder, which is then kept, when something does not.
 */
export async function runDrill(stage: Stage, options: DrillOptions): Promise<DrillResult> {
  const { victim, seed, parallel = 2, report = () => {} } = options;
  const kill = victim === "runner" ? killRunner : killServer;
  const met: Kill[] = [];
  let runs = 0;
  let repeats = 0;
  let failed = false;
  const work = async () => {
    while (met.length < options.kills && !failed) {
      runs += 1;
      // a run may end before its kill; when that is the rule, the drill is no drill
      if (runs > options.kills * 2 + 5)
        throw new Error(`only ${met.length} kills in ${runs} runs (seed ${seed})`);
      const number = runs;
      const workspace = stage.template.copy();
      const random = randomFrom(`${seed}/${victim}/${number}`);
      let faults: string[];
      try {
        const kills = await kill(workspace, { random, measure: stage.measure });
        met.push(...kills);
        report(
          `${victim} ${number}: ${kills.map((one) => describe(one, stage)).join("; ") || "ended before its kill"}`,
        );
        faults = inspectWorkspace(workspace, stage);
        const again = countRepeats(workspace);
        repeats += again;
        faults.push(...needlessRepeats(again, kills.length));
      } catch (error) {
        faults = [error instanceof Error ? error.message : String(error)];
      }
      if (faults.length > 0) {
        failed = true;
        throw drillFailure({ victim, seed, number, dir: workspace.dir, faults });
      }
      workspace.remove();
    }
  };
  // after a failure the others still end the runs that they have begun
  for (const end of await Promise.allSettled(Array.from({ length: parallel }, work))) {
    if (end.status === "rejected") throw end.reason;
  }
  return {
    kills: met.length,
    betweenCommits: met.filter(({ commits }) => commits > 0 && commits < stage.writes).length,
    callsInFlight: met.filter(({ callsInFlight }) => callsInFlight > 0).length,
    repeats,
    runs,
  };
}

/** Makes the workspace, and runs the workflow once without a kill: what comes of it, and how long it takes. */
export async function setStage(): Promise<Stage> {
  const template = await makeDrillWorkspace();
  const workspace = template.copy();
  const run = startRun(workspace, "drill");
  const { code, stderr } = await run.ended;
  if (code !== 0) throw new Error(`the workflow cannot run uninterrupted: ${stderr}`);
  const { times, events } = run;
  const measure = {
    startMs: times.first - times.start,
    runMs: times.last - times.first,
    events: events.filter(({ event }) => event === "step").length,
  };
  const beginning = readBooks(template.databasePath);
  const expected = readBooks(workspace.databasePath);
  const stage = {
    template,
    measure,
    beginning,
    expected,
    writes: countCommits(workspace),
    [Symbol.dispose]: template.remove,
  };
  const faults = inspectWorkspace(workspace, stage);
  if (faults.length > 0) throw new Error(`an uninterrupted run has faults:\n${faults.join("\n")}`);
  workspace.remove();
  return stage;
}

/** At most four calls of the workflow wait for an answer at a time: what was answered is not even sent again. */
function needlessRepeats(repeats: number, kills: number): string[] {
  return repeats <= 4 * kills ? [] : [`${repeats} calls were made again after ${kills} kills`];
}

function describe({ moment, victim, commits, callsInFlight }: Kill, { writes }: Stage): string {
  const when =
    "afterMs" in moment
      ? `${Math.round(moment.afterMs)} ms after the start`
      : `${moment.andMs.toFixed(1)} ms after event ${moment.afterEvents}${moment.onCommit ? ", on a commit" : ""}`;
  return `${victim} killed ${when}, ${commits} of ${writes} writes committed, ${callsInFlight} calls in flight`;
}

function drillFailure(failure: {
  victim: string;
  seed: string;
  number: number;
  dir: string;
  faults: string[];
}): Error {
  const { victim, seed, number, dir, faults } = failure;
  const shown = faults.slice(0, 12).map((fault) => `  ${fault.slice(0, 400)}`);
  if (faults.length > shown.length) shown.push(`  and ${faults.length - shown.length} more`);
  return new Error(`${victim} drill, seed ${seed}, run ${number}, kept in ${dir}:\n${shown.join("\n")}`);
}
