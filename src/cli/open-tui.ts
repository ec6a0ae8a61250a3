import type { Command } from "commander";
import { lastEntries } from "../audit/read.ts";
import { RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { isRecord, type Json } from "../core/json.ts";
import { toolId } from "../core/tool-description.ts";
import type { Engine, Run } from "../engine/engine.ts";
import type { InputField, RunSummary, StepOutline, TuiPort, WorkflowSummary } from "../tui/port.ts";
import { resolveInputs } from "../workflow/inputs.ts";
import type { Plan, PlanStep } from "../workflow/plan.ts";
import { approvalsOnScreen } from "./approvals/approvals-on-screen.ts";
import { checkWorkspace } from "./check-workspace.ts";
import { type GlobalOptions, globalOptions } from "./command.ts";
import { exitCode } from "./exit-code.ts";
import { sinkLines } from "./sink-lines.ts";
import { startNotary } from "./start-notary.ts";
import { startSinks } from "./start-sinks.ts";
import { wantsColour } from "./terminal.ts";
import { openRing, openWorkspace, type Ring } from "./wire.ts";

/** `ringmain` on a terminal: the screen over the whole program. Returns when a person has left it. */
export async function openTui(program: Command): Promise<void> {
  const global = globalOptions(program);
  const { workspace: named, terminal } = global;
  if (process.env.TERM === "dumb") {
    throw new RingmainError("STATE_INVALID", "This terminal cannot show the screen (TERM=dumb).", {
      hint: "`ringmain --help` lists the commands.",
    });
  }
  const workspace = openWorkspace(named);
  const notes = createNotes();
  const ring = await openRing({ workspace, log: notes.add });
  try {
    // ink and react read these at their import, which costs 300 ms: no other command pays for it
    process.env.NODE_ENV ??= "production";
    if (!wantsColour(process.stdout, process.env)) process.env.FORCE_COLOR = "0";
    const { runTui } = await import("../tui/run-tui.tsx");
    const stopNotary = startNotary(ring, { sealed: () => {}, failed: notes.add });
    const stopSinks = await startSinks(ring, sinkLines(notes.add));
    const close = async () => {
      await stopNotary();
      await stopSinks?.();
      await ring.close();
    };
    const { interrupted } = await runTui({ port: portOver(ring, global, notes.listen), close });
    for (const { workflow, id } of interrupted) {
      terminal.note(`‖ ${id} was interrupted safely.\n  Go on with it: ringmain run ${workflow}`);
    }
    if (interrupted.length > 0) process.exitCode = exitCode.interrupted;
  } finally {
    await ring.close();
  }
}

/** Lines for the log, kept until somebody listens. */
function createNotes() {
  const early: string[] = [];
  let listener = (note: string): void => {
    early.push(note);
  };
  return {
    add: (note: string) => listener(note),
    listen(next: (note: string) => void) {
      listener = next;
      early.splice(0).forEach(next);
    },
  };
}

/** What the screen shows and does, over the assembled program. */
function portOver(ring: Ring, global: GlobalOptions, onNote: TuiPort["onNote"]): TuiPort {
  const { workspace, engine, database, hub, person } = ring;
  const plans = new Map<string, Plan>();
  const planOf = (workflow: string): Plan => {
    const plan = plans.get(workflow);
    if (plan === undefined) throw new RingmainError("NOT_FOUND", `There is no workflow "${workflow}".`);
    return plan;
  };
  return {
    workspaceName: workspace.config.name,
    agents: workspace.agents,
    async loadCatalogue() {
      const tools = await ring.tools();
      const { plans: checked, problems } = await checkWorkspace(workspace, tools);
      for (const plan of checked) plans.set(plan.workflow, plan);
      const workflows = workspace.workflows.map(({ id, file }): WorkflowSummary => {
        const own = problems.filter((problem) => problem.file === file);
        const plan = plans.get(id);
        return plan === undefined || own.length > 0 ? faultyWorkflow(id, own) : summarise(plan);
      });
      const files = new Set(workspace.workflows.map(({ file }) => file));
      return {
        workflows,
        faults: problems.filter(({ file }) => !files.has(file)),
        tools: tools.map((tool) => ({ id: toolId(tool), ...tool })),
      };
    },
    readInputs(workflow, texts) {
      const given = Object.entries(texts).filter(([, text]) => text.trim() !== "");
      return resolveInputs(planOf(workflow), Object.fromEntries(given));
    },
    async startRun({ workflow, inputs }, report) {
      ring.requireRole();
      const plan = planOf(workflow);
      const runId = newId("run");
      const request = { runId, plan, inputs, startedBy: person.principal };
      return { ...startedRun(runId, plan), ended: engine.run(request, { report }).then(summariseRun) };
    },
    async resumeRun(runId, report) {
      ring.requireRole();
      const run = await engine.get(runId);
      if (run === undefined) throw new RingmainError("NOT_FOUND", `There is no run "${runId}".`);
      return { ...startedRun(runId, run.plan), ended: engine.resume(runId, { report }).then(summariseRun) };
    },
    takeUpParked: (follow) => takeUpParked(ring, follow),
    listRuns: (limit) => listRuns(engine, limit),
    entries: ({ limit, ...filter }) =>
      lastEntries(database, filter, limit).map(({ changed, ...entry }) => {
        return { ...entry, changed: changed.map(([, id]) => id) };
      }),
    approvals: approvalsOnScreen(ring, global),
    servers: () => hub.status().map(({ server: name, state }) => ({ name, state })),
    onNote,
  };
}

/** Goes on with runs that waited, when what they waited for has happened, if the person may set agents to work. The engine's end stops it. */
function takeUpParked(ring: Ring, follow: Parameters<TuiPort["takeUpParked"]>[0]): void {
  if (!ring.hasRole()) return;
  const followed = new Map<string, Parameters<Parameters<typeof follow>[0]>[0]>();
  ring.engine.runWorker({
    only: "parked",
    concurrency: 4,
    report: (event) => followed.get(event.runId)?.(event),
    taken({ id, plan }, ended) {
      follow(async (onStep) => {
        followed.set(id, onStep);
        return { ...startedRun(id, plan), ended: ended.then(summariseRun) };
      });
    },
    ended: ({ id }) => void followed.delete(id),
  });
}

function startedRun(runId: string, { workflow, name, agent, steps }: Plan) {
  return { runId, workflow, name, agent, steps: outlineOf(steps) };
}

async function listRuns(engine: Engine, limit: number): Promise<RunSummary[]> {
  return (await engine.list({ limit })).map(summariseRun);
}

function summariseRun(run: Run): RunSummary {
  const { createdAt, interrupted, status, ...rest } = run;
  return { startedAt: createdAt, ...rest, state: interrupted ? "interrupted" : status };
}

function faultyWorkflow(id: string, problems: WorkflowSummary["problems"]): WorkflowSummary {
  return { id, name: id, schedules: [], inputs: [], steps: [], problems };
}

function summarise({ workflow, name, agent, schedules, inputs, steps }: Plan): WorkflowSummary {
  return {
    id: workflow,
    name,
    agent,
    schedules: schedules.map(({ cron, timezone }) => `${cron} ${timezone}`),
    inputs: Object.entries(inputs).map(([input, schema]) => inputField(input, schema)),
    steps: outlineOf(steps),
    problems: [],
  };
}

/** An input as the form asks for it, from its JSON Schema. */
function inputField(name: string, schema: Json): InputField {
  if (!isRecord(schema)) return { name, type: "text", defaultText: "", required: true };
  const { type, description, default: preset, required, enum: choices } = schema;
  return {
    name,
    type: Array.isArray(choices) ? choices.join(" | ") : String(type ?? "text"),
    ...(typeof description === "string" && { description }),
    defaultText: preset === undefined ? "" : typeof preset === "string" ? preset : JSON.stringify(preset),
    required: preset === undefined && required !== false,
  };
}

/** The steps as lines, nested ones after their parent. */
function outlineOf(steps: readonly Json[], parent = "", depth = 0): StepOutline[] {
  return steps.flatMap((step) => {
    if (!isStep(step)) return [];
    const { id: label, kind, call, ask, steps: nested, else: others, branches } = step;
    const stepId = parent === "" ? label : `${parent}/${label}`;
    const what =
      typeof call === "string" ? call : typeof ask === "string" ? `ask ${ask}` : kind.replace("_", " ");
    return [
      { stepId, label, depth, kind, what },
      ...outlineOf(Array.isArray(nested) ? nested : [], stepId, depth + 1),
      ...outlineOf(Array.isArray(others) ? others : [], stepId, depth + 1),
      ...(Array.isArray(branches) ? branches : []).flatMap((branch) =>
        isRecord(branch) && typeof branch.name === "string" && Array.isArray(branch.steps)
          ? outlineOf(branch.steps, `${stepId}/${branch.name}`, depth + 1)
          : [],
      ),
    ];
  });
}

function isStep(value: Json): value is PlanStep {
  return isRecord(value) && typeof value.id === "string" && typeof value.kind === "string";
}
