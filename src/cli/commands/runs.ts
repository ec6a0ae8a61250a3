import type { Command } from "commander";
import { lastEntries } from "../../audit/read.ts";
import { RingmainError } from "../../core/errors.ts";
import type { Run } from "../../engine/engine.ts";
import { awaitedLines, howToGoOn } from "../awaited-lines.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { entryLine } from "../entry-line.ts";
import { exitCode, exitCodeForRun } from "../exit-code.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { runReporter } from "../run-reporter.ts";
import { openRing, openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";

export function define(command: Command): void {
  command.addHelpText(
    "after",
    examples([
      ["ringmain runs ls", "the newest runs"],
      ["ringmain runs show run_0199…", "one run with its calls"],
      ["ringmain runs resume run_0199…", "go on with a run that was interrupted or waited"],
      ["ringmain runs cancel run_0199…", "end a run that is under way, interrupted or waiting"],
      ["ringmain runs record run_0199… -o workflows/x.test.yaml", "a test case of what it did"],
    ]),
  );
  command
    .command("ls", { isDefault: true })
    .description("the newest runs")
    .option("--workflow <id>", "only of this workflow")
    .option("-n, --limit <number>", "how many", "20")
    .addHelpText(
      "after",
      examples([["ringmain runs ls --workflow overdue-report", "the runs of one workflow"]]),
    )
    .action((options: { workflow?: string; limit: string }, ls: Command) =>
      listRuns(options, globalOptions(ls)),
    );
  command
    .command("show <run>")
    .description("one run: its inputs, how it ended and its calls")
    .addHelpText("after", examples([["ringmain runs show run_0199…", "what it did, call by call"]]))
    .action((id: string, _options: unknown, show: Command) => showRun(id, globalOptions(show)));
  command
    .command("resume <run>")
    .description("go on with a run that was interrupted, or that waited")
    .addHelpText(
      "after",
      `
What was done is not done again. Exit code 0: done; 1: the run failed; 3: it waits, perhaps still.
${examples([["ringmain runs resume run_0199…", "after the approval, where nothing serves"]])}`,
    )
    .action((id: string, _options: unknown, resume: Command) => resumeRun(id, globalOptions(resume)));
  command
    .command("cancel <run>")
    .description("end a run; what it wrote stays written")
    .addHelpText("after", examples([["ringmain runs cancel run_0199…", "it is not taken up again"]]))
    .action((id: string, _options: unknown, cancel: Command) => cancelRun(id, globalOptions(cancel)));
  command
    .command("record <run>")
    .description("write a run as a test case for `ringmain test`")
    .option("-o, --output <file>", "the file; stdout when left out")
    .addHelpText(
      "after",
      `
The case holds the answers of the tools as the trail has them, and expects the same calls, ending and outputs.
${examples([
  [
    "ringmain runs record run_0199… -o workflows/chase-april.test.yaml",
    "`ringmain test` runs it from now on",
  ],
  ["ringmain runs record run_0199…", "to stdout, to take a case out of"],
])}`,
    )
    .action(async (id: string, options: { output?: string }, record: Command) => {
      const { recordRun } = await import("../workflow-tests/record-run.ts");
      await recordRun(id, options, globalOptions(record));
    });
}

async function listRuns(options: { workflow?: string; limit: string }, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RingmainError("INPUT_INVALID", `--limit takes a whole number from 1, not "${options.limit}".`);
  }
  await withRing({ workspace: openWorkspace(global.workspace), terminal }, async (ring) => {
    const runs = await ring.engine.list({ workflow: options.workflow, limit });
    if (json) return terminal.json({ runs });
    for (const run of runs) terminal.print(runLine(run, global));
    if (runs.length === 0)
      terminal.note(options.workflow === undefined ? "No runs yet." : `No runs of ${options.workflow}.`);
  });
}

async function showRun(id: string, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  await withRing({ workspace: openWorkspace(global.workspace), terminal }, async (ring) => {
    const run = await ring.engine.get(id);
    if (run === undefined) throw noSuchRun(id);
    const entries = lastEntries(ring.database, { run: id }, 1000);
    const children = (await ring.engine.list({ parent: id, limit: 1000 })).reverse();
    if (json) {
      const { plan, ...rest } = run;
      return terminal.json({ ...rest, workflowHash: plan.fileHash, entries, runs: children });
    }
    terminal.print(runLine(run, global));
    terminal.print(
      `  started by ${run.startedBy}, as agent:${run.agent}, workflow file ${run.plan.fileHash.slice(0, 12)}`,
    );
    if (run.erasedAt !== undefined)
      terminal.print(
        `  inputs, outputs and the text of an error were erased on ${run.erasedAt.toISOString()}`,
      );
    for (const [name, value] of Object.entries(run.inputs))
      terminal.print(`  input ${name} = ${JSON.stringify(value)}`);
    for (const entry of entries) terminal.print(entryLine(entry, terminal.colour));
    for (const child of children)
      terminal.print(`  ran ${child.id}  ${child.workflow}  ${terminal.colour.dim(child.status)}`);
    for (const [name, value] of Object.entries(run.outputs ?? {}))
      terminal.print(`  output ${name} = ${JSON.stringify(value)}`);
    for (const line of awaitedLines(run)) terminal.print(`  waits for ${line}`);
    if (run.status === "waiting") for (const line of howToGoOn(run)) terminal.note(line);
    if (run.error !== undefined)
      terminal.print(`  ${terminal.colour.red(run.error.code)}: ${run.error.message}`);
  });
}

async function resumeRun(id: string, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const ring = await openRing({ workspace: openWorkspace(global.workspace), log: terminal.note });
  const interrupted = onInterrupt(() => ring.close());
  try {
    ring.requireRole();
    const run = await ring.engine.get(id);
    if (run === undefined) throw noSuchRun(id);
    const { plan, status } = run;
    if (status === "done" || status === "failed" || status === "cancelled") {
      throw new RingmainError("STATE_INVALID", `Run ${id} has ended already (${status}).`, {
        hint: `\`ringmain run ${run.workflow}\` starts another one.`,
      });
    }
    const { report, finish } = runReporter({ plan, terminal, json });
    const left = await ring.engine.resume(id, { report });
    finish(left);
    process.exitCode = interrupted() ? exitCode.interrupted : exitCodeForRun(left);
  } finally {
    await ring.close();
  }
}

function noSuchRun(id: string): RingmainError {
  return new RingmainError("NOT_FOUND", `There is no run "${id}".`, {
    hint: "`ringmain runs ls` lists them.",
  });
}

async function cancelRun(id: string, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  await withRing({ workspace: openWorkspace(global.workspace), terminal }, async (ring) => {
    const run = await ring.engine.cancel(id);
    if (json) return terminal.json(run);
    terminal.print(
      run.status === "cancelled"
        ? `Cancelled ${id}.`
        : `${id} is being cancelled by the process that executes it.`,
    );
  });
}

function runLine(run: Run, { terminal: { colour } }: GlobalOptions): string {
  const status = run.interrupted ? "interrupted" : run.status;
  const paint = {
    pending: colour.dim,
    running: colour.cyan,
    interrupted: colour.yellow,
    waiting: colour.yellow,
    done: colour.green,
    failed: colour.red,
    cancelled: colour.dim,
  }[status];
  const when = (run.startedAt ?? run.createdAt).toISOString().slice(0, 19).replace("T", " ");
  return `${paint(status.padEnd(11))}  ${when}  ${run.workflow.padEnd(26)} ${colour.dim(run.id)}`;
}
