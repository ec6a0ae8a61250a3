import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { definition as accounting } from "../../../servers/accounting/definition.ts";
import { definition as crm } from "../../../servers/crm/definition.ts";
import { definition as inventory } from "../../../servers/inventory/definition.ts";
import { createTrailJournal } from "../../../src/cli/trail-journal.ts";
import { isRecord, type Json } from "../../../src/core/json.ts";
import { createRunContext } from "../../../src/engine/run-context.ts";
import type { CallTool, ToolCall } from "../../../src/engine/tool-caller.ts";
import { ensureWriterKey } from "../../../src/identity/keys.ts";
import type { ServerDefinition } from "../../../src/kit/define-tool.ts";
import { describeTool } from "../../../src/kit/describe-tool.ts";
import { type OpenServer, openServer } from "../../../src/kit/open-server.ts";
import { checkWorkflows } from "../../../src/workflow/check.ts";
import { executePlan } from "../../../src/workflow/execute.ts";
import type { Plan } from "../../../src/workflow/plan.ts";
import type { StepEvent } from "../../../src/workflow/run-context.ts";
import { loadWorkspace } from "../../../src/workspace/load-workspace.ts";
import { startOfTests, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const clock = { now: () => startOfTests };

/** The files of the sample company. */
export const sample = loadWorkspace(root);

/** The tools of its three servers. */
export const toolsOfShop = [...toolsOf(accounting), ...toolsOf(crm), ...toolsOf(inventory)];

/** Where an execution dies: at its call of this number, before it is made or after it was committed. */
export interface Crash {
  call: number;
  committed: boolean;
}

class Died extends Error {}

export type Shop = Awaited<ReturnType<typeof openShop>>;

/**
 * The three servers over one file, each as often as there are processes, and the workflows and agents of the sample
 * company to run against them.
 */
export async function openShop(processes = 2, agents = sample.agents) {
  const { workflows } = sample;
  const tools = toolsOfShop;
  const { plans } = checkWorkflows({ agents, workflows, tools });
  const writes = tools
    .filter(({ effect }) => effect !== "read")
    .map(({ server, name }) => `${server}.${name}`);
  const grants = Object.fromEntries(agents.map(({ id, tools }) => [id, { tools: [...tools] }]));
  const workspace = await temporaryWorkspace({ agents: { ...grants, clerk: { tools: writes } } });
  const environment = { RINGMAIN_WORKSPACE: workspace.dir };
  const all: ReadonlyMap<string, OpenServer>[] = [];
  for (let process = 0; process < processes; process += 1) {
    all.push(
      new Map([
        ["accounting", await openServer(accounting, clock, environment)],
        ["crm", await openServer(crm, clock, environment)],
        ["inventory", await openServer(inventory, clock, environment)],
      ]),
    );
  }
  const database = new DatabaseSync(workspace.databasePath, { timeout: 10_000 });
  const journal = createTrailJournal(database, ensureWriterKey(workspace.stateDir));
  const clerk = await workspace.token("agent:clerk");

  const send = async (
    process: number,
    token: string,
    call: Omit<ToolCall, "signal" | "path" | "key"> & Partial<ToolCall>,
  ) => {
    const [name = "", tool = ""] = call.tool.split(".");
    const server = all[process % all.length]?.get(name);
    if (server === undefined) throw new Error(`there is no server ${name}`);
    const { arguments: args, key, once, path: step } = call;
    const identify = () => server.identify(token);
    const answer = await server.pipeline.call({ tool, arguments: args, key, once, step, identify });
    if (answer.error !== undefined || answer.result === undefined) throw answer.error;
    const result: Json = JSON.parse(answer.result);
    const { entry, replayed } = answer;
    return { result, entry, ...(replayed && { replayed }) };
  };

  const execute = async (
    run: {
      id: string;
      plan: Plan;
      inputs: Record<string, Json>;
      token: string;
      startedAt?: Date;
      report?: (event: StepEvent) => void;
    },
    process: number,
    crash: Crash | undefined,
  ) => {
    let calls = 0;
    const callTool: CallTool = async (call) => {
      calls += 1;
      if (calls === crash?.call && !crash.committed) throw new Died();
      const answer = await send(process, run.token, call);
      if (calls === crash?.call) throw new Died();
      return answer;
    };
    const context = createRunContext({
      undecided: new Map(),
      waits() {},
      memory: new Map(),
      remember: async () => {},
      runId: run.id,
      startedAt: run.startedAt ?? startOfTests,
      inputs: run.inputs,
      signal: new AbortController().signal,
      completed: journal.read(run.id),
      callTool,
      findOnce: journal.findOnce,
      markOnce: async () => {},
      report: run.report ?? (() => {}),
      now: () => startOfTests,
      runWorkflow: async () => ({ status: "done" }),
      findWorkflow: () => undefined,
      cancelWorkflow: async () => {},
      delay: async () => {},
      random: () => 0,
    });
    return await executePlan(run.plan, context);
  };

  return {
    /** Makes one call as somebody who may do everything, without a key. */
    async call(tool: string, args: Record<string, Json>): Promise<Record<string, Json>> {
      const { result } = await send(0, clerk, { tool, arguments: args });
      return isRecord(result) ? result : {};
    },
    /**
     * Runs a workflow to its end, from one process to the next: each crash ends an execution, which the next
     * process takes up with what the trail says was completed. Returns the outputs.
     */
    async run(
      workflow: string,
      run: { id: string; inputs?: Record<string, Json>; process?: number; crashes?: readonly Crash[] },
    ): Promise<Record<string, Json>> {
      const { id, inputs = {}, process = 0, crashes = [] } = run;
      const plan = plans.find((candidate) => candidate.workflow === workflow);
      if (plan === undefined) throw new Error(`${workflow} has faults`);
      const token = await workspace.token(`agent:${plan.agent}`, {
        run: { id, workflow, workflowHash: plan.fileHash, ...plan.limits },
      });
      for (const [attempt, crash] of [...crashes, undefined].entries()) {
        try {
          return await execute({ id, plan, inputs, token }, process + attempt, crash);
        } catch (error) {
          if (!(error instanceof Died)) throw error;
        }
      }
      throw new Error("the last execution has no crash");
    },
    /** Executes a plan once, whatever it is, as the agent that it names. */
    async execute(
      plan: Plan,
      run: { inputs: Record<string, Json>; startedAt: Date; report: (event: StepEvent) => void },
    ) {
      const { workflow, fileHash: workflowHash } = plan;
      const token = await workspace.token(`agent:${plan.agent}`, {
        run: { id: "run_1", workflow, workflowHash },
      });
      return await execute({ id: "run_1", plan, token, ...run }, 0, undefined);
    },
    rows: (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
    close() {
      for (const servers of all) for (const server of servers.values()) server.close();
      database.close();
      workspace[Symbol.dispose]();
    },
  };
}

function toolsOf<Tables, Context>({ name, tools }: ServerDefinition<Tables, Context>) {
  return tools.map((tool) => describeTool(name, tool));
}
