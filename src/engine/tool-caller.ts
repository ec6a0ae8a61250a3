import type { Json } from "../core/json.ts";
import type { Plan } from "../workflow/plan.ts";
import type { CallAnswer, RunContext } from "../workflow/run-context.ts";

/** Which run calls, for its token and for the trail. */
export interface RunIdentity {
  runId: string;
  workflow: string;
  /** SHA-256 of the workflow file's text, in hex. */
  workflowHash: string;
  /** Without the `agent:` prefix. */
  agent: string;
  startedBy: string;
  inputs: Record<string, Json>;
  createdAt: Date;
}

/** One call on its way to a server. */
export interface ToolCall {
  /** The stable path of the step. */
  path: string;
  /** `server.tool` */
  tool: string;
  arguments: Record<string, Json>;
  /** The idempotency key, `<run id>/<path>`: the same for every attempt, also by another process. */
  key: string;
  /** The business key, when the step has one. */
  once?: string | undefined;
  timeoutMs?: number | undefined;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Makes one attempt of a call. Throws RingmainError; `policies` in its details are the ids that refused. */
export type CallTool = (call: ToolCall) => Promise<CallAnswer>;

/** What a run's caller must know of it. */
export type CallingRun = Pick<RunIdentity, "runId" | "workflow" | "workflowHash" | "agent">;

/** Gives a run its caller, for instance by minting its token. Asked once per execution of a run. */
export type CallerFor = (run: CallingRun, limits: Plan["limits"]) => CallTool | Promise<CallTool>;

/** Executes a plan from its beginning; what completed before is answered by the context. */
export type ExecutePlan = (plan: Plan, context: RunContext) => Promise<Record<string, Json>>;
