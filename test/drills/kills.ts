import type { TestWorkspace } from "../helpers/workspace.ts";
import { countCommits, onNextCommit } from "./commits.ts";
import { type KillMoment, type Measure, randomMoment } from "./kill-moment.ts";
import type { Random } from "./random.ts";
import { type RunProcess, startRun } from "./run-process.ts";
import { killProcess, type ServerProcess, untilGone } from "./server-processes.ts";

/** What one kill met. */
export interface Kill {
  moment: KillMoment;
  /** The runner, or a server by its name. */
  victim: string;
  /** How many writes of the run had been committed when it happened. */
  commits: number;
  /** How many calls waited for an answer of the victim. */
  callsInFlight: number;
}

/** What kills a run of the workflow `drill` in a workspace, and sees it to its end. Throws when it does not end well. */
export type Killer = (
  workspace: TestWorkspace,
  options: { random: Random; measure: Measure },
) => Promise<Kill[]>;

/** Kills the runner up to seven times, the later ones while it takes up what is left; then runs it to the end. */
export const killRunner: Killer = async (workspace, { random, measure }) => {
  const kills: Kill[] = [];
  const left: ServerProcess[] = [];
  const wanted = 4 + Math.floor(random() * 4);
  while (kills.length < wanted) {
    const moment = randomMoment(random, measure);
    const run = startRun(workspace, "drill");
    await run.until(moment);
    const servers = run.servers();
    left.push(...servers);
    const callsInFlight = run.callsInFlight();
    const killIt = () => void run.child.kill("SIGKILL");
    if (isOnCommit(moment)) onNextCommit(workspace, killIt);
    else killIt();
    const { signal } = await run.ended;
    // it had done everything before: no kill, and nothing to take up
    if (signal !== "SIGKILL" || isDone(workspace)) break;
    kills.push({ moment, victim: "runner", commits: countCommits(workspace), callsInFlight });
    // sometimes the next runner meets the servers of the one before, which end by themselves
    if (random() < 0.5) await untilGone(servers);
  }
  if (!isDone(workspace)) await finish(startRun(workspace, "drill"));
  await untilGone(left);
  return kills;
};

/** Kills servers five times under one run, now this one, now that one. */
export const killServer: Killer = async (workspace, { random, measure }) => {
  const kills: Kill[] = [];
  const run = startRun(workspace, "drill");
  const moments = Array.from({ length: 5 }, () => randomMoment(random, measure)).sort(inOrder);
  for (const moment of moments) {
    if (!(await run.until(moment))) break;
    const servers = run.servers();
    const busy = servers.filter(({ name }) => run.callsInFlight(name) > 0);
    // most kills are to hit a server that owes an answer
    const choice = busy.length > 0 && random() < 0.7 ? busy : servers;
    const chosen = choice[Math.floor(random() * choice.length)];
    let victim: ServerProcess | undefined;
    const killIt = (writer?: string) => {
      const aim = servers.find(({ name }) => name === writer) ?? chosen;
      if (aim !== undefined && killProcess(aim.pid)) victim = aim;
    };
    if (isOnCommit(moment)) onNextCommit(workspace, killIt);
    else killIt();
    if (victim === undefined) continue;
    // what the run told meanwhile has not been read: the loop of events stood still since the moment came
    const callsInFlight = run.callsInFlight(victim.name);
    kills.push({ moment, victim: victim.name, commits: countCommits(workspace), callsInFlight });
  }
  await finish(run);
  return kills;
};

function isOnCommit(moment: KillMoment): boolean {
  return "onCommit" in moment && moment.onCommit;
}

function inOrder(one: KillMoment, other: KillMoment): number {
  const place = (moment: KillMoment) => ("afterEvents" in moment ? moment.afterEvents : 0);
  return place(one) - place(other);
}

async function finish(run: RunProcess): Promise<void> {
  const { code, signal, stderr } = await run.ended;
  if (code === 0) return;
  throw new Error(`the run ended with ${code ?? signal}: ${stderr}${JSON.stringify(run.events.at(-1))}`);
}

function isDone(workspace: TestWorkspace): boolean {
  return workspace.query("SELECT 1 FROM engine_run WHERE workflow = 'drill' AND status = 'done'").length > 0;
}
