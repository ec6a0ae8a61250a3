import type { TimedReport } from "./live-run.ts";
import type { RunSummary, StartedRun, StepReport } from "./port.ts";
import type { Action } from "./state.ts";
import { failureOf } from "./told-error.ts";

const batchMs = 100;

/** Follows the runs that the screen starts, from their first step to their end. */
export interface RunFollower {
  /** Rejects when the run could not be started. */
  follow(
    start: (onStep: (step: StepReport) => void) => Promise<StartedRun>,
    options?: { background: boolean },
  ): Promise<void>;
  /** How the runs ended, once all have. */
  ended(): Promise<RunSummary[]>;
}

/**
 * Makes a follower. Reports of steps are gathered, so that a busy run redraws the screen ten times a second at
 * most, however much it does.
 */
export function createRunFollower(options: {
  dispatch: (...actions: Action[]) => void;
  /** After a run ended. */
  onEnded: () => void;
  now: () => number;
}): RunFollower {
  const { dispatch, onEnded, now } = options;
  const gathered = new Map<string, TimedReport[]>();
  const executions: Promise<RunSummary>[] = [];
  let batch: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(batch);
    batch = undefined;
    const actions = [...gathered].map(([runId, reports]): Action => {
      return { type: "steps", runId, reports };
    });
    gathered.clear();
    dispatch(...actions, { type: "tick", now: now() });
  };
  const gather = (runId: string, reports: readonly TimedReport[]) => {
    const waiting = gathered.get(runId) ?? [];
    waiting.push(...reports);
    gathered.set(runId, waiting);
    batch ??= setTimeout(flush, batchMs);
  };

  return {
    async follow(start, { background } = { background: false }) {
      const early: TimedReport[] = [];
      let known: string | undefined;
      const { ended, ...run } = await start((step) => {
        const report = { step, at: now() };
        if (known === undefined) early.push(report);
        else gather(known, [report]);
      });
      known = run.runId;
      dispatch({ type: "started", run, now: now(), background });
      gather(known, early);
      const execution = ended.catch((error: unknown) => abandoned(run, error, now()));
      executions.push(
        execution.then((summary) => {
          flush();
          dispatch({ type: "ended", runId: run.runId, run: summary, now: now() });
          onEnded();
          return summary;
        }),
      );
    },
    ended: () => Promise.all(executions),
  };
}

/** A run whose execution broke off for a reason outside it. */
function abandoned(run: Omit<StartedRun, "ended">, error: unknown, now: number): RunSummary {
  const { runId: id, workflow, agent } = run;
  const startedAt = new Date(now);
  return {
    id,
    workflow,
    agent,
    state: "failed",
    startedBy: "",
    startedAt,
    inputs: {},
    error: failureOf(error),
  };
}
