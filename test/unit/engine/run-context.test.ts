import { describe, expect, test, vi } from "vitest";
import type { Replay } from "../../../src/core/call-meta.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import type { Json } from "../../../src/core/json.ts";
import type { JournalRecord } from "../../../src/engine/journal.ts";
import { createRunContext } from "../../../src/engine/run-context.ts";
import type { CallTool } from "../../../src/engine/tool-caller.ts";

function contextWith(options: {
  completed?: [string, JournalRecord][];
  undecided?: [string, string][];
  callTool?: CallTool;
  findOnce?: (key: string) => Replay | undefined;
  memory?: [string, Json][];
}) {
  const controller = new AbortController();
  const callTool = vi.fn<CallTool>(options.callTool ?? (async () => ({ result: "sent", entry: 9 })));
  const markOnce = vi.fn(async () => {});
  const waits = vi.fn();
  const remember = vi.fn(async () => {});
  const delays: number[] = [];
  const context = createRunContext({
    runId: "run_1",
    startedAt: new Date("2026-11-23T08:00:00Z"),
    inputs: {},
    signal: controller.signal,
    completed: new Map(options.completed),
    undecided: new Map(options.undecided),
    waits,
    callTool,
    findOnce: options.findOnce ?? (() => undefined),
    markOnce,
    memory: new Map(options.memory),
    remember,
    report() {},
    runWorkflow: async () => ({ status: "done" }),
    findWorkflow: () => undefined,
    cancelWorkflow: async () => {},
    now: () => new Date("2026-11-23T08:00:00Z"),
    delay: async (ms) => void delays.push(ms),
    random: () => 0.5,
  });
  return { context, callTool, controller, markOnce, waits, remember, delays };
}
const request = { path: "remind[inv_3]/send", tool: "accounting.send_reminder", arguments: { level: 1 } };

test("sends a call with the run's id and the path as its key", async () => {
  const { context, callTool } = contextWith({});
  expect(await context.call({ ...request, once: "reminder/3", timeoutMs: 50 })).toEqual({
    result: "sent",
    entry: 9,
  });
  expect(callTool.mock.calls[0]?.[0]).toMatchObject({
    ...request,
    once: "reminder/3",
    timeoutMs: 50,
    key: "run_1/remind[inv_3]/send",
  });
});

test("answers from the journal without calling", async () => {
  const { context, callTool } = contextWith({
    completed: [[request.path, { entry: 4, result: { ok: true } }]],
  });
  expect(await context.call(request)).toEqual({ result: { ok: true }, entry: 4 });
  expect(callTool).not.toHaveBeenCalled();
});

test("throws a journalled refusal again, with the policies that made it, without calling", async () => {
  const error = {
    code: "POLICY_DENIED",
    message: "Too large.",
    hint: "Ask.",
    retryable: false,
    policies: ["large"],
  } as const;
  const { context, callTool } = contextWith({
    completed: [[request.path, { entry: 4, error: { ...error, policies: ["large"] } }]],
  });
  await expect(context.call(request)).rejects.toMatchObject({
    code: "POLICY_DENIED",
    message: "Too large.",
    hint: "Ask.",
    retryable: false,
    details: { policies: ["large"], entry: 4 },
  });
  expect(callTool).not.toHaveBeenCalled();
});

test("a lost answer, found again by its own key, is not 'already done'", async () => {
  const { context } = contextWith({
    callTool: async () => ({ result: "stored", entry: 7, replayed: { entry: 4, run: "run_1" } }),
  });
  expect(await context.call(request)).toEqual({ result: "stored", entry: 7 });
});

test("work of another run, found by the business key, is already done", async () => {
  const replayed = { entry: 2, run: "run_0" };
  const { context } = contextWith({ callTool: async () => ({ result: "stored", entry: 7, replayed }) });
  expect(await context.call({ ...request, once: "k" })).toEqual({ result: "stored", entry: 7, replayed });
});

test("of two steps of a run with one business key, the second is already done", async () => {
  const replayed = { entry: 4, run: "run_1" };
  const { context } = contextWith({ callTool: async () => ({ result: "stored", entry: 7, replayed }) });
  expect(await context.call({ ...request, once: "k" })).not.toHaveProperty("replayed");
  expect(await context.call({ ...request, path: "other", once: "k" })).toHaveProperty("replayed", replayed);
  expect(await context.call({ ...request, path: "third", tool: "crm.x", once: "k" })).not.toHaveProperty(
    "replayed",
  );
});

test("a loop item that this run had finished is gone through again from the journal, once", async () => {
  const { context } = contextWith({ findOnce: () => ({ entry: 5, run: "run_1" }) });
  expect(await context.findOnce("item/1")).toBeUndefined();
  expect(await context.findOnce("item/1")).toEqual({ entry: 5, run: "run_1" });
  const other = contextWith({ findOnce: () => ({ entry: 5, run: "run_0" }) });
  expect(await other.context.findOnce("item/1")).toEqual({ entry: 5, run: "run_0" });
});

test("does nothing more once the run is stopped", async () => {
  const { context, callTool, controller, markOnce } = contextWith({});
  const reason = new RingmainError("RUN_CANCELLED", "stop");
  controller.abort(reason);
  await expect(context.call(request)).rejects.toBe(reason);
  await expect(context.findOnce("k")).rejects.toBe(reason);
  await expect(context.markOnce("k", "p")).rejects.toBe(reason);
  expect(callTool).not.toHaveBeenCalled();
  expect(markOnce).not.toHaveBeenCalled();
});

test("does not wait for a call under way once the run is stopped", async () => {
  const { context, controller } = contextWith({ callTool: () => new Promise(() => {}) });
  const call = context.call(request);
  const reason = new RingmainError("RUN_CANCELLED", "stop");
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
});

const asked = new RingmainError("APPROVAL_REQUIRED", "Finance must approve it.", {
  retryable: true,
  details: { approval: "apr_1", policies: ["large"] },
});

test("tells of a call that waits for a person, and does not send it again by itself", async () => {
  const { context, callTool, waits } = contextWith({ callTool: () => Promise.reject(asked) });
  await expect(context.call(request)).rejects.toBe(asked);
  expect(callTool).toHaveBeenCalledOnce();
  expect(waits.mock.calls).toEqual([[request.path, { approval: "apr_1" }]]);
});

test("does not send a call about which nobody has decided yet; the others it sends", async () => {
  const { context, callTool, waits } = contextWith({ undecided: [[request.path, "apr_1"]] });
  await expect(context.call(request)).rejects.toMatchObject({
    code: "APPROVAL_REQUIRED",
    details: { approval: "apr_1" },
  });
  expect(waits.mock.calls).toEqual([[request.path, { approval: "apr_1" }]]);
  expect(callTool).not.toHaveBeenCalled();
  expect(await context.call({ ...request, path: "remind[inv_4]/send" })).toMatchObject({ result: "sent" });
});

test("answers from the journal what was decided meanwhile", async () => {
  const { context, waits } = contextWith({
    completed: [[request.path, { entry: 4, result: "sent" }]],
    undecided: [[request.path, "apr_1"]],
  });
  expect(await context.call(request)).toEqual({ result: "sent", entry: 4 });
  expect(waits).not.toHaveBeenCalled();
});

const refused = (entry: number) => () => {
  throw new RingmainError("CONFLICT", "It changed.", { details: { entry } });
};

test("a call that may have two outcomes is made anew, under a key of its own, after a recorded failure", async () => {
  const { context: run, callTool } = contextWith({
    callTool: async ({ path }) => (path.endsWith("@2") ? { result: "sent", entry: 10 } : refused(9)()),
  });
  const context = run.repeatable();
  await expect(context.call(request)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await context.call({ ...request, outcomes: 2 })).toEqual({ result: "sent", entry: 10 });
  expect(callTool.mock.calls.map(([{ key }]) => key)).toEqual([
    "run_1/remind[inv_3]/send",
    "run_1/remind[inv_3]/send@2",
  ]);
});

test("a failure that an earlier execution recorded is passed over alike", async () => {
  const error = { code: "CONFLICT", message: "It changed.", retryable: false, policies: [] } as const;
  const { context, callTool } = contextWith({
    completed: [
      [request.path, { entry: 4, error: { ...error, policies: [] } }],
      [`${request.path}@2`, { entry: 5, result: "then" }],
    ],
  });
  expect(await context.call({ ...request, outcomes: 3 })).toEqual({ result: "then", entry: 5 });
  expect(callTool).not.toHaveBeenCalled();
});

test("a call whose outcome nobody knows is made again with its own key, however many it may have", async () => {
  let gone = true;
  const { context: run, callTool } = contextWith({
    callTool: async () => {
      if (gone) throw new RingmainError("TIMEOUT", "No answer.", { details: { entry: 9 } });
      return { result: "sent", entry: 10 };
    },
  });
  const context = run.repeatable();
  await expect(context.call(request)).rejects.toMatchObject({ code: "TIMEOUT" });
  gone = false;
  await context.call({ ...request, outcomes: 2 });
  expect(new Set(callTool.mock.calls.map(([{ key }]) => key))).toEqual(new Set([`run_1/${request.path}`]));
});

test("a call that waits for a person has no outcome yet", async () => {
  const { context: run, callTool } = contextWith({
    callTool: async () => {
      throw new RingmainError("APPROVAL_REQUIRED", "Wait.", { details: { entry: 9, approval: "apr_1" } });
    },
  });
  const context = run.repeatable();
  await expect(context.call(request)).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
  await expect(context.call({ ...request, outcomes: 2 })).rejects.toMatchObject({
    code: "APPROVAL_REQUIRED",
  });
  expect(callTool.mock.calls.map(([{ path }]) => path)).toEqual([request.path, request.path]);
});

test("remembers the first value at a path, and what earlier executions remembered", async () => {
  const { context, remember } = contextWith({ memory: [["wait", "Monday"]] });
  expect(context.recall("wait")).toBe("Monday");
  await context.remember("wait", "Tuesday");
  await context.remember("other", 1);
  await context.remember("other", 2);
  expect([context.recall("wait"), context.recall("other"), context.recall("none")]).toEqual([
    "Monday",
    1,
    undefined,
  ]);
  expect(remember.mock.calls).toEqual([["other", 1]]);
});

test("waits with full jitter, from the base up to the cap", async () => {
  const { context, controller, delays } = contextWith({});
  for (const attempt of [1, 2, 3, 4])
    await context.backOff({ baseMs: 100, capMs: 300 }, attempt, controller.signal);
  expect(delays).toEqual([50, 100, 150, 150]);
});

test("steps that are interrupted leave their run as it is", async () => {
  const { context } = contextWith({ callTool: () => new Promise(() => {}) });
  const inner = new AbortController();
  const call = context.within(inner.signal).call(request);
  inner.abort(new RingmainError("TIMEOUT", "Too long."));
  await expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(context.signal.aborted).toBe(false);
});

test("a step that may be attempted again keeps what its calls answered, also for the steps inside", async () => {
  const { context, callTool } = contextWith({});
  const attempts = context.repeatable();
  const first = await attempts.repeatable().call(request);
  expect(await attempts.within(new AbortController().signal).call({ ...request, outcomes: 2 })).toEqual(
    first,
  );
  expect(callTool).toHaveBeenCalledOnce();
});

describe("a moment", () => {
  const start = Date.parse("2026-11-23T08:00:00Z");
  const inHours = (hours: number) => new Date(start + hours * 3_600_000);

  test("that is far off parks the run, and is remembered as it was first", async () => {
    const { context, waits, remember, delays } = contextWith({});
    const until = inHours(48).toISOString();
    await expect(context.sleepUntil("pause", () => inHours(48))).rejects.toMatchObject({
      waits: [{ until }],
    });
    await expect(context.sleepUntil("pause", () => inHours(1))).rejects.toMatchObject({ waits: [{ until }] });
    expect(waits.mock.calls).toEqual([
      ["pause", { until }],
      ["pause", { until }],
    ]);
    expect(remember.mock.calls).toEqual([["pause!due", until]]);
    expect(delays).toEqual([]);
  });

  test("that is near is waited for, and one that has come is not", async () => {
    const { context, waits, delays } = contextWith({ memory: [["late!due", inHours(-1).toISOString()]] });
    expect(await context.sleepUntil("soon", (now) => new Date(now.getTime() + 5_000))).toEqual(
      new Date(start + 5_000),
    );
    expect(await context.sleepUntil("late", () => inHours(9))).toEqual(inHours(-1));
    expect(delays).toEqual([5_000]);
    expect(waits).not.toHaveBeenCalled();
  });
});

test("a failure counts for the attempt in which it came about, also when that attempt is executed again", async () => {
  const error = { code: "CONFLICT", message: "It changed.", retryable: false, policies: [] } as const;
  const { context: run, callTool } = contextWith({
    completed: [[request.path, { entry: 4, error: { ...error, policies: [] } }]],
  });
  // sent in the first attempt, and without an outcome until the second
  const context = run.repeatable();
  context.restoreUnsettled("remind", [request.path]);
  await expect(context.call({ ...request, outcomes: 2 })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(callTool).not.toHaveBeenCalled();
  await context.call({ ...request, outcomes: 3 });
  expect(callTool.mock.calls.map(([{ path }]) => path)).toEqual([`${request.path}@3`]);
});

test("a call to which an earlier attempt never came has the number of its own", async () => {
  const { context, callTool } = contextWith({});
  await context.repeatable().call({ ...request, outcomes: 2 });
  expect(callTool.mock.calls.map(([{ path }]) => path)).toEqual([`${request.path}@2`]);
});
