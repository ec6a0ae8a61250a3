import type { Replay } from "../../src/core/call-meta.ts";
import { RingmainError, withoutOutcome } from "../../src/core/errors.ts";
import { isRecord, type Json } from "../../src/core/json.ts";
import type { Approvals } from "../../src/engine/approvals.ts";
import type { Journal, JournalRecord, RunEnding } from "../../src/engine/journal.ts";
import type { CallerFor, ExecutePlan, ToolCall } from "../../src/engine/tool-caller.ts";
import type { Plan } from "../../src/workflow/plan.ts";

type Handler = (call: ToolCall, attempt: number) => Json | Promise<Json>;

/** Servers and an audit trail in memory, shared by all engines of a test. They keep keys as the real ones do. */
export function createRing() {
  const records = new Map<string, Map<string, JournalRecord>>();
  const byKey = new Map<string, { entry: number; result: Json; runId: string }>();
  const once = new Map<string, Replay>();
  const handlers = new Map<string, Handler>();
  const attempts: (ToolCall & { runId: string })[] = [];
  const started: string[] = [];
  const ended: (RunEnding & { runId: string })[] = [];
  const forgotten = new Set<string>();
  const requests = new Map<string, "pending" | "approved" | "rejected" | "expired">();
  let entries = 0;
  const ring = {
    /** Every call that reached a server, again and again if it was sent again. */
    attempts,
    /** Runs whose acceptance was recorded. */
    started,
    /** Endings that were recorded. */
    ended,
    /** The keys under which something was done, in order. */
    effects: (): string[] => [...byKey.keys()],
    /** What a tool does; without it, it answers with its arguments. */
    on: (tool: string, handler: Handler) => void handlers.set(tool, handler),
    /** From now on a person must approve each call of a tool; its request has the id `apr_<key>`. */
    ask: (tool: string) => {
      ring.on(tool, ({ key, arguments: given }) => {
        const approval = `apr_${key}`;
        const state = requests.get(approval) ?? "pending";
        requests.set(approval, state);
        if (state === "approved") return given;
        if (state !== "pending") throw new RingmainError("APPROVAL_REJECTED", `It was ${state}.`);
        throw new RingmainError("APPROVAL_REQUIRED", "Finance must approve it.", {
          details: { approval },
          retryable: true,
        });
      });
    },
    handlerOf(tool: string): Handler {
      const handler = handlers.get(tool);
      if (handler === undefined) throw new Error(`${tool} does nothing special`);
      return handler;
    },
    /** The store of requests knows nothing of it any more. */
    forget: (approval: string) => void forgotten.add(approval),
    decide: (approval: string, how: "approved" | "rejected" | "expired") => void requests.set(approval, how),
    approvals: {
      pending: (ids) => new Set(ids.filter((id) => requests.get(id) === "pending" && !forgotten.has(id))),
      mark: () => [...requests, ...forgotten].flat().join(),
    } satisfies Approvals,
    /** Awaited between the commit of a call and its answer. */
    beforeAnswer: async (_call: ToolCall): Promise<void> => {},
    callerFor: ((run) => async (call) => {
      attempts.push({ ...call, runId: run.runId });
      const attempt = attempts.filter((other) => other.key === call.key).length;
      const seen = byKey.get(call.key);
      if (seen !== undefined) {
        return { ...seen, replayed: { entry: seen.entry, run: seen.runId } };
      }
      const done = call.once === undefined ? undefined : once.get(`${call.tool} ${call.once}`);
      if (done !== undefined) return { result: { stored: true }, entry: ++entries, replayed: done };
      const ofRun = records.get(run.runId) ?? new Map<string, JournalRecord>();
      records.set(run.runId, ofRun);
      try {
        const result = await (handlers.get(call.tool)?.(call, attempt) ?? call.arguments);
        const entry = ++entries;
        byKey.set(call.key, { entry, result, runId: run.runId });
        if (call.once !== undefined) once.set(`${call.tool} ${call.once}`, { entry, run: run.runId });
        ofRun.set(call.path, { entry, result });
        await ring.beforeAnswer(call);
        return { entry, result };
      } catch (error) {
        const waits = error instanceof RingmainError && error.code === "APPROVAL_REQUIRED";
        if (!(error instanceof RingmainError) || error.retryable || waits || withoutOutcome.has(error.code)) {
          throw error;
        }
        const { code, message, hint } = error;
        const policies = ["a-policy"];
        const entry = ++entries;
        ofRun.set(call.path, { entry, error: { code, message, hint, retryable: false, policies } });
        throw new RingmainError(code, message, { hint, details: { ...asObject(error.details), entry } });
      }
    }) satisfies CallerFor,
    journal: {
      read: (runId) => new Map(records.get(runId)),
      findOnce: (key) => once.get(key),
      markOnce({ key, runId }) {
        if (!once.has(key)) once.set(key, { entry: ++entries, run: runId });
      },
      recordStart: (run) => void started.push(run.runId),
      recordFinish: (run, ending) => void ended.push({ ...ending, runId: run.runId }),
    } satisfies Journal,
  };
  return ring;
}
const asObject = (details: unknown) => (isRecord(details) ? details : {});

export type Ring = ReturnType<typeof createRing>;

/** A plan that calls tools one after another: `["a", "crm.one"]` is step a. */
export function planOf(steps: [id: string, tool: string][], limits: Plan["limits"] = {}): Plan {
  return {
    workflow: "example",
    name: "Example",
    agent: "tester",
    fileHash: "f00d",
    inputs: {},
    limits,
    schedules: [],
    steps: steps.map(([id, tool]) => ({ id, kind: "call", tool })),
    outputs: {},
  };
}

/** Executes such a plan. The outputs are the results by step id, and the run's recorded start. */
export const executeSteps: ExecutePlan = async (plan, context) => {
  const outputs: Record<string, Json> = { now: context.startedAt.toISOString() };
  for (const { id, tool } of plan.steps) {
    const event = { runId: context.runId, path: id, stepId: id, kind: "call", tool: String(tool) };
    context.report({ ...event, status: "started" });
    const answer = await context.call({ path: id, tool: String(tool), arguments: { step: id } });
    context.report({ ...event, status: "done", entry: answer.entry, result: answer.result });
    outputs[id] = answer.result;
  }
  return outputs;
};

/** A tool that waits until the test lets it go on, and says when it was reached. */
export function createGate() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    async pass(): Promise<Json> {
      reached.resolve();
      await opened.promise;
      return { passed: true };
    },
  };
}
