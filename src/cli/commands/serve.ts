import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { messageOf, RingmainError } from "../../core/errors.ts";
import type { Run } from "../../engine/engine.ts";
import type { Delivery } from "../../outbox/outbox.ts";
import { startHeartbeat } from "../../schedule/heartbeat.ts";
import { createScheduler, type Firing } from "../../schedule/scheduler.ts";
import { openScheduleStore } from "../../schedule/store.ts";
import { resolveInputs } from "../../workflow/inputs.ts";
import type { Plan } from "../../workflow/plan.ts";
import type { StepEvent } from "../../workflow/run-context.ts";
import { awaitedText } from "../awaited-lines.ts";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { startRetention } from "../erasure/start-retention.ts";
import { exitCode } from "../exit-code.ts";
import { reportProblems } from "../report-problems.ts";
import { stepLine } from "../run-reporter.ts";
import { sinkLines } from "../sink-lines.ts";
import { startDelivery } from "../start-delivery.ts";
import { startNotary } from "../start-notary.ts";
import { startSinks } from "../start-sinks.ts";
import { openRing, openWorkspace, type Ring } from "../wire.ts";

export function define(command: Command): void {
  command
    .option("--concurrency <number>", "how many runs at most at the same time", "4")
    .addHelpText(
      "after",
      `
Runs until Ctrl-C or SIGTERM: starts each workflow at its due times (one run for each, however many processes
serve), takes up runs that were interrupted and those whose approvals were decided, delivers the messages in the outboxes
and sends the trail to its sinks when ringmain.yaml says how. Payloads older than keep_payloads: of ringmain.yaml are
erased.
${examples([
  ["ringmain serve", "run the schedules"],
  ["ringmain serve --json", "what happens, as JSON lines"],
])}`,
    )
    .action((options: { concurrency: string }) => serve(options, globalOptions(command)));
}

async function serve(options: { concurrency: string }, global: GlobalOptions): Promise<void> {
  const { terminal } = global;
  const concurrency = Number(options.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RingmainError(
      "INPUT_INVALID",
      `--concurrency takes a whole number from 1, not "${options.concurrency}".`,
    );
  }
  const workspace = openWorkspace(global.workspace);
  const ring = await openRing({ workspace, log: terminal.note });
  try {
    const { plans, problems } = await checkWorkspace(workspace, await ring.tools());
    ring.requireRole();
    reportProblems(problems, workspace, terminal);
    // a fault in one workflow must not keep the others from their schedules; any other fault concerns them all
    const { outbox, audit } = workspace.config;
    const nothing = plans.length === 0 && outbox === undefined && audit.sinks.length === 0;
    if (nothing || problems.some(({ file }) => !file.startsWith("workflows/"))) {
      throw new RingmainError("WORKFLOW_INVALID", "Nothing is served: the workspace has faults.", {
        hint: "`ringmain check` shows them.",
        details: { problems },
      });
    }
    if (problems.length > 0) terminal.note("The workflows with faults are not served; the others are.");
    await untilStopped(async () => startServing({ ring, plans, concurrency, global }));
  } finally {
    await ring.close();
  }
}

/** Starts the scheduler and the worker. Returns how to stop them; runs under way are then freed, not lost. */
async function startServing(options: {
  ring: Ring;
  plans: readonly Plan[];
  concurrency: number;
  global: GlobalOptions;
}): Promise<() => Promise<void>> {
  const { ring, plans, concurrency, global } = options;
  const { terminal, json } = global;
  const tell = (event: Record<string, unknown>, line: string) =>
    json ? terminal.json(event, { line: true }) : terminal.print(line);
  const byId = new Map(plans.map((plan) => [plan.workflow, plan]));

  const scheduler = createScheduler({
    store: await openScheduleStore({ database: ring.database, write: ring.write, now: systemClock.now() }),
    async start({ runId, workflow }) {
      const plan = byId.get(workflow);
      if (plan === undefined) throw new RingmainError("NOT_FOUND", `There is no workflow "${workflow}".`);
      const request = { runId, plan, inputs: resolveInputs(plan, {}), startedBy: `schedule:${workflow}` };
      return (await ring.engine.start(request)).created;
    },
    // a run that waits for a person holds up no other
    async isActive(workflow, exceptRunId) {
      const active = await ring.engine.list({ workflow, status: ["pending", "running"] });
      return active.some(({ id }) => id !== exceptRunId);
    },
    report: (firing) =>
      tell({ event: "due", ...firing, error: firing.error && messageOf(firing.error) }, firingLine(firing)),
  });
  const schedules = plans.flatMap(({ workflow, schedules }) =>
    schedules.map((schedule) => ({ ...schedule, workflow })),
  );
  scheduler.setSchedules(schedules);

  const onStep = (event: StepEvent) => {
    const line = stepLine(event, terminal.colour);
    if (json) terminal.json({ event: "step", ...event }, { line: true });
    else if (line !== undefined) terminal.print(`${timeNow()}  ${event.runId}${line}`);
  };
  const onEnd = (run: Run) => {
    const { id, workflow, status, error, waitsFor } = run;
    const why = error === undefined ? "" : `  ${error.step ?? workflow}: ${error.code}: ${error.message}`;
    const what = status === "running" ? "freed" : status === "waiting" ? awaitedText(run) : status;
    tell({ event: "run", id, workflow, status, error, waitsFor }, `${timeNow()}  ${id}  ${what}${why}`);
  };
  const worker = ring.engine.runWorker({ concurrency, report: onStep, ended: onEnd });
  const stopDelivery = await startDelivery(ring, {
    note: (text) => terminal.note(`${timeNow()}  ${text}`),
    delivered: (delivery) => tell({ event: "message", ...delivery }, deliveryLine(delivery)),
  });
  const stopNotary = startNotary(ring, {
    sealed: ({ size, file }) =>
      tell({ event: "sealed", entries: size, file }, `${timeNow()}  sealed up to entry ${size}`),
    failed: (message) => terminal.note(`${timeNow()}  ${message}`),
  });
  const lines = sinkLines((line) => terminal.note(`${timeNow()}  ${line}`));
  const onSink = (event: Record<string, unknown>) =>
    terminal.json({ event: "sink", ...event }, { line: true });
  const stopSinks = await startSinks(
    ring,
    json
      ? {
          failed: (sink, { code, message, hint }) => onSink({ sink, status: "failing", code, message, hint }),
          recovered: (sink, position) => onSink({ sink, status: "working", position }),
          note: (sink, message) => onSink({ sink, status: "note", message }),
        }
      : lines,
  );
  const stopRetention = startRetention(ring.workspace, {
    erased: ({ payloads }, before) =>
      tell(
        { event: "erased", payloads, before: before.toISOString() },
        `${timeNow()}  ${counted(payloads, "payload")} erased, from before ${before.toISOString()}`,
      ),
    failed: (message) => terminal.note(`${timeNow()}  ${message}`),
  });
  const heartbeat = startHeartbeat({
    tick: (now) => scheduler.tick(now),
    now: () => systemClock.now(),
    onError: (error) => terminal.note(`${timeNow()}  the heartbeat failed: ${messageOf(error)}`),
  });
  tell(
    { event: "serving", schedules: schedules.length },
    `Serving ${counted(schedules.length, "schedule")} of ${counted(plans.length, "workflow")}. Ctrl-C ends it.`,
  );
  return async () => {
    await heartbeat.stop();
    await stopDelivery?.();
    await stopRetention();
    const stopped = worker.stop();
    await ring.engine.close();
    await stopped;
    await stopNotary();
    await stopSinks?.();
  };
}

/** Starts something, waits for Ctrl-C or SIGTERM, and stops it; a second signal ends the process at once. */
async function untilStopped(start: () => Promise<() => Promise<void>>): Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    let received = false;
    const handle = () => {
      if (received) process.exit(exitCode.interrupted);
      received = true;
      resolve();
    };
    process.on("SIGINT", handle).on("SIGTERM", handle).on("SIGHUP", handle);
  });
  const stop = await start();
  await signalled;
  await stop();
}

function firingLine({ workflow, runId, dueAt, outcome, error }: Firing): string {
  const what = {
    started: "due",
    already_started: "already started",
    overlap: "skipped: the run before is under way",
    failed: "could not be started",
  };
  const why = error === undefined ? "" : `: ${messageOf(error)}`;
  return `${timeNow()}  ${workflow}  ${what[outcome]}${why}  (${dueAt.toISOString()}, ${runId})`;
}

function deliveryLine({ server, messageId, to, status, reason }: Delivery): string {
  const why = reason === undefined ? "" : `: ${reason}`;
  return `${timeNow()}  ${server} ${messageId} to ${to}  ${status}${why}`;
}

function timeNow(): string {
  return systemClock.now().toISOString().slice(11, 19);
}
