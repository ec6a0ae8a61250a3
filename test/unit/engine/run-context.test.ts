import { expect, test, vi } from "vitest";
import type { Replay } from "../../../src/core/call-meta.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import type { JournalRecord } from "../../../src/engine/journal.ts";
import { createRunContext } from "../../../src/engine/run-context.ts";
import type { CallTool } from "../../../src/engine/tool-caller.ts";

function contextWith(options: {
  completed?: [string, JournalRecord][];
  undecided?: [string, string][];
  callTool?: CallTool;
  findOnce?: (key: string) => Replay | undefined;
}) {
  const controller = new AbortController();
  const callTool = vi.fn<CallTool>(options.callTool ?? (async () => ({ result: "sent", entry: 9 })));
  const markOnce = vi.fn(async () => {});
  const waits = vi.fn();
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
    report() {},
    delay: async () => {},
    random: () => 0,
  });
  return { context, callTool, controller, markOnce, waits };
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
  expect(waits.mock.calls).toEqual([[request.path, "apr_1"]]);
});

test("does not send a call about which nobody has decided yet; the others it sends", async () => {
  const { context, callTool, waits } = contextWith({ undecided: [[request.path, "apr_1"]] });
  await expect(context.call(request)).rejects.toMatchObject({
    code: "APPROVAL_REQUIRED",
    details: { approval: "apr_1" },
  });
  expect(waits.mock.calls).toEqual([[request.path, "apr_1"]]);
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
