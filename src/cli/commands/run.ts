import type { Command } from "commander";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { canonicalJson } from "../../core/json.ts";
import type { Run } from "../../engine/engine.ts";
import { resolveInputs } from "../../workflow/inputs.ts";
import type { Plan } from "../../workflow/plan.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { waitsInWords } from "../awaited-lines.ts";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { exitCode, exitCodeForRun } from "../exit-code.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { runReporter } from "../run-reporter.ts";
import { openRing, openWorkspace, type Ring } from "../wire.ts";

export function define(command: Command): void {
  command
    .argument("<workflow>", "the workflow's id: its file name without .yaml")
    .option("-i, --input <name=value...>", "an input; may be given again")
    .option("--new", "start a new run even when one with the same inputs was interrupted or waits")
    .addHelpText(
      "after",
      `
A run that was interrupted (its process was killed, or the machine went down) is taken up where it stopped: what
was written is not written again. So is one that waits for approval; exit code 3 says that it still does.
${examples([
  ["ringmain run chase-overdue-invoices", "run it now"],
  ["ringmain run won-deal-to-cash -i deal_id=DEAL-0031", "with an input"],
  ["ringmain run reorder-low-stock --json", "every step as a JSON line, then the run"],
])}`,
    )
    .action((workflow: string, options: { input?: string[]; new?: true }) =>
      run(workflow, options, globalOptions(command)),
    );
}

async function run(
  workflow: string,
  options: { input?: string[]; new?: true },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const ring = await openRing({ workspace, log: terminal.note, start: serversIn(workflow, workspace) });
  const interrupted = onInterrupt(() => ring.close());
  try {
    ring.requireRole();
    const plan = await planOf(workflow, ring, global);
    if (plan === undefined) return;
    const inputs = resolveInputs(plan, readInputs(options.input ?? []));
    const unfinished = options.new === true ? undefined : await findUnfinished(ring, plan, inputs);

    const { report, finish } = runReporter({ plan, terminal, json });
    if (unfinished !== undefined)
      terminal.note(
        `Taking up run ${unfinished.id}, which ${unfinished.interrupted ? "was interrupted" : waitsInWords(unfinished)}, with the workflow as it was then (--new starts it anew).`,
      );
    const ended =
      unfinished === undefined
        ? await ring.engine.run(
            { runId: newId("run"), plan, inputs, startedBy: ring.person.principal },
            { report },
          )
        : await ring.engine.resume(unfinished.id, { report });
    finish(ended);
    if (interrupted()) process.exitCode = exitCode.interrupted;
    else process.exitCode = exitCodeForRun(ended);
  } finally {
    await ring.close();
  }
}

/** The servers that a workflow seems to call, by a look at its text: starting them takes as long as checking it. */
function serversIn(workflow: string, { config, workflows }: Workspace): string[] {
  const text = workflows.find(({ id }) => id === workflow)?.text ?? "";
  return Object.keys(config.servers).filter((server) => text.includes(`call: ${server}.`));
}

/** The checked plan of a workflow; undefined when its files have faults, which are then reported. */
async function planOf(
  workflow: string,
  ring: Ring,
  { terminal, json }: GlobalOptions,
): Promise<Plan | undefined> {
  const { workspace } = ring;
  const ids = workspace.workflows.map(({ id }) => id);
  if (!ids.includes(workflow)) {
    throw new RingmainError("NOT_FOUND", `There is no workflow "${workflow}".`, {
      hint: didYouMean(workflow, ids) ?? `The workflows are: ${ids.join(", ") || "none yet"}.`,
    });
  }
  const { plans, problems } = await checkWorkspace(workspace, await ring.tools(), { only: workflow });
  const plan = plans.find((candidate) => candidate.workflow === workflow);
  if (plan !== undefined && problems.length === 0) return plan;
  if (json) throw new RingmainError("WORKFLOW_INVALID", `${workflow} has faults.`, { details: { problems } });
  const { reportProblems } = await import("../report-problems.ts"); // code frames take 15 ms to load
  reportProblems(problems, workspace, terminal);
  process.exitCode = exitCode.usage;
  return undefined;
}

/**
 * A run of the same workflow with the same inputs that has not ended and that nobody executes: the oldest that was
 * interrupted, else the oldest that waits. Starting another one would ask the same person the same again.
 */
async function findUnfinished(ring: Ring, plan: Plan, inputs: Run["inputs"]): Promise<Run | undefined> {
  const { workflow } = plan;
  const interrupted = await ring.engine.list({ workflow, parent: null, interrupted: true });
  const waiting = await ring.engine.list({ workflow, parent: null, status: ["waiting"] });
  const same = ({ inputs: others }: Run) => canonicalJson(others) === canonicalJson(inputs);
  return interrupted.filter(same).at(-1) ?? waiting.filter(same).at(-1);
}

function readInputs(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const split = text.indexOf("=");
      if (split < 1) {
        throw new RingmainError("INPUT_INVALID", `"${text}" is no input.`, {
          hint: "Write --input name=value.",
        });
      }
      return [text.slice(0, split), text.slice(split + 1)];
    }),
  );
}
