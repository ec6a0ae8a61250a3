import type { Command } from "commander";
import { lastEntries } from "../../audit/read.ts";
import { RingmainError } from "../../core/errors.ts";
import type { Run } from "../../engine/engine.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { entryLine } from "../entry-line.ts";
import { openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";

export function define(command: Command): void {
  command.addHelpText(
    "after",
    examples([
      ["ringmain runs ls", "the newest runs"],
      ["ringmain runs show run_0199…", "one run with its calls"],
      ["ringmain runs cancel run_0199…", "end a run that is under way or interrupted"],
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
    .command("cancel <run>")
    .description("end a run; what it wrote stays written")
    .addHelpText("after", examples([["ringmain runs cancel run_0199…", "it is not taken up again"]]))
    .action((id: string, _options: unknown, cancel: Command) => cancelRun(id, globalOptions(cancel)));
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
    if (run === undefined)
      throw new RingmainError("NOT_FOUND", `There is no run "${id}".`, {
        hint: "`ringmain runs ls` lists them.",
      });
    const entries = lastEntries(ring.database, { run: id }, 1000);
    if (json) {
      const { plan, ...rest } = run;
      return terminal.json({ ...rest, workflowHash: plan.fileHash, entries });
    }
    terminal.print(runLine(run, global));
    terminal.print(
      `  started by ${run.startedBy}, as agent:${run.agent}, workflow file ${run.plan.fileHash.slice(0, 12)}`,
    );
    for (const [name, value] of Object.entries(run.inputs))
      terminal.print(`  input ${name} = ${JSON.stringify(value)}`);
    for (const entry of entries) terminal.print(entryLine(entry, terminal.colour));
    for (const [name, value] of Object.entries(run.outputs ?? {}))
      terminal.print(`  output ${name} = ${JSON.stringify(value)}`);
    if (run.error !== undefined)
      terminal.print(`  ${terminal.colour.red(run.error.code)}: ${run.error.message}`);
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
    done: colour.green,
    failed: colour.red,
    cancelled: colour.dim,
  }[status];
  const when = (run.startedAt ?? run.createdAt).toISOString().slice(0, 19).replace("T", " ");
  return `${paint(status.padEnd(11))}  ${when}  ${run.workflow.padEnd(26)} ${colour.dim(run.id)}`;
}
