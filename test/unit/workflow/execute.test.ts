import { describe, expect, it } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import type { Json } from "../../../src/core/json.ts";
import { executePlan } from "../../../src/workflow/execute.ts";
import { resolveInputs } from "../../../src/workflow/inputs.ts";
import type { CallAnswer, CallRequest, RunContext, StepEvent } from "../../../src/workflow/run-context.ts";
import { isWait } from "../../../src/workflow/waits.ts";
import { planOf } from "../../fixtures/workflow/plan-of.ts";

type Answer = (request: CallRequest, signal: AbortSignal) => Json | Promise<Json>;

/** A world in memory. It remembers what was asked of it, and which business keys are done. */
function world(
  answer: Answer,
  options: { inputs?: Record<string, Json>; signal?: AbortSignal; memory?: Map<string, Json> } = {},
) {
  const calls: CallRequest[] = [];
  const events: StepEvent[] = [];
  const done = new Map<string, { entry: number; run: string }>();
  const memory = options.memory ?? new Map<string, Json>();
  const waited: { baseMs: number; capMs: number; attempt: number }[] = [];
  const contextOf = (signal: AbortSignal): RunContext => ({
    runId: "run_1",
    startedAt: new Date("2026-11-23T07:00:00Z"),
    inputs: options.inputs ?? {},
    signal,
    repeatable: () => contextOf(signal),
    unsettled: () => [],
    restoreUnsettled() {},
    within: (inner) => contextOf(AbortSignal.any([signal, inner])),
    recall: (path) => memory.get(path),
    async remember(path, value) {
      if (!memory.has(path)) memory.set(path, value);
    },
    async sleepUntil(_path, due) {
      return due(new Date("2026-11-23T07:00:00Z"));
    },
    runWorkflow: async () => ({}),
    async backOff({ baseMs, capMs }, attempt) {
      waited.push({ baseMs, capMs, attempt });
    },
    async call(request): Promise<CallAnswer> {
      calls.push(request);
      const hit = request.once === undefined ? undefined : done.get(`${request.tool} ${request.once}`);
      if (hit) return { result: { id: "old" }, entry: hit.entry, replayed: hit };
      const result = await answer(request, signal);
      if (request.once !== undefined) {
        done.set(`${request.tool} ${request.once}`, { entry: calls.length, run: "run_0" });
      }
      return { result, entry: calls.length };
    },
    async findOnce(key) {
      return done.get(key);
    },
    async markOnce(key) {
      done.set(key, { entry: 0, run: "run_0" });
    },
    report: (event) => void events.push(event),
  });
  const context = contextOf(options.signal ?? new AbortController().signal);
  return {
    context,
    waited,
    memory,
    calls,
    events,
    done,
    paths: () => calls.map(({ path }) => path),
    told: () => events.map(({ path, status }) => `${path} ${status}`),
  };
}

function fail(code: "POLICY_DENIED" | "CONFLICT", message = "no"): never {
  throw new RingmainError(code, message, { hint: "ask", details: { policies: ["p"] } });
}

const three = { items: ["a", "b", "c"].map((id) => ({ id, customer: { name: id } })) };

/** A loop over three invoices with one call in it. */
const loop = (more = "") => `  - id: overdue
    call: accounting.list_invoices
    pages: all
  - id: each
    for_each: \${{ steps.overdue.items }}
    as: invoice
${more}    steps:
      - id: lead
        call: crm.create_lead
        with: { name: "\${{ invoice.id }}" }
`;

describe("steps", () => {
  it("run in order, and hand their results on", async () => {
    const plan = planOf(
      `  - id: one
    call: crm.create_lead
    with: { name: \${{ inputs.name }} }
  - id: two
    call: crm.create_lead
    with: { name: "after \${{ steps.one.id }} in \${{ iso_week(now, 'UTC') }}" }
outputs: { last: "\${{ steps.two.id }}" }
`.replace("{ name: ${{ inputs.name }} }", '{ name: "${{ inputs.name }}" }'),
      "inputs: { name: { type: string } }\n",
    );
    const { context, calls, told } = world(({ arguments: { name } }) => ({ id: `lead of ${name}` }), {
      inputs: { name: "Ann" },
    });
    expect(await executePlan(plan, context)).toEqual({ last: "lead of after lead of Ann in 2026-W48" });
    expect(calls).toEqual([
      { path: "one", outcomes: 1, tool: "crm.create_lead", arguments: { name: "Ann" } },
      {
        path: "two",
        outcomes: 1,
        tool: "crm.create_lead",
        arguments: { name: "after lead of Ann in 2026-W48" },
      },
    ]);
    expect(told()).toEqual(["one started", "one done", "two started", "two done"]);
  });

  it("tell what they called, their entry and their result", async () => {
    const { context, events } = world(() => ({ id: "x" }));
    await executePlan(planOf("  - id: one\n    call: crm.create_lead\n    with: { name: a }\n"), context);
    expect(events.at(-1)).toEqual({
      runId: "run_1",
      path: "one",
      stepId: "one",
      kind: "call",
      status: "done",
      tool: "crm.create_lead",
      entry: 1,
      result: { id: "x" },
    });
  });

  it("are skipped when their condition does not hold, and leave their output out", async () => {
    const plan = planOf(
      "  - id: one\n    if: 1 > 2\n    call: crm.create_lead\n    with: { name: a }\noutputs: { id: '${{ steps.?one.?id }}', name: b }\n",
    );
    const { context, told } = world(() => ({ id: "x" }));
    expect(await executePlan(plan, context)).toEqual({ name: "b" });
    expect(told()).toEqual(["one skipped"]);
  });

  it("stand in a group under one condition, whose result holds theirs", async () => {
    const plan = planOf(
      "  - id: both\n    if: 2 > 1\n    steps:\n      - id: one\n        call: crm.create_lead\n        with: { name: a }\n      - id: two\n        call: crm.create_lead\n        with: { name: '${{ steps.one.id }}' }\noutputs: { id: '${{ steps.?both.?two.?id }}' }\n",
    );
    const { context, paths } = world(({ path }) => ({ id: path }));
    expect(await executePlan(plan, context)).toEqual({ id: "both/two" });
    expect(paths()).toEqual(["both/one", "both/two"]);
  });

  it("end the run with their own error, naming the innermost step", async () => {
    const { context, events } = world(({ path }) =>
      path === "each[b]/lead" ? fail("POLICY_DENIED") : three,
    );
    const plan = planOf(loop());
    await expect(executePlan(plan, context)).rejects.toMatchObject({
      code: "POLICY_DENIED",
      message: "no",
      hint: "ask",
      details: { step: "each[b]/lead", policies: ["p"] },
    });
    const failed = events.filter(({ status }) => status === "failed");
    expect(failed.map(({ path, stepId, error }) => [path, stepId, error?.code, error?.policies])).toEqual([
      ["each[b]/lead", "each/lead", "POLICY_DENIED", ["p"]],
      ["each", "each", "POLICY_DENIED", ["p"]],
    ]);
  });

  it("let the run go on with continue_on_error, without their result", async () => {
    const plan = planOf(
      "  - id: one\n    continue_on_error: true\n    call: crm.create_lead\n    with: { name: a }\n  - id: two\n    call: crm.create_lead\n    with: { name: '${{ has(steps.one) ? steps.one.id : \"none\" }}' }\n",
    );
    const { context, calls } = world(({ path }) => (path === "one" ? fail("CONFLICT") : { id: "x" }));
    await executePlan(plan, context);
    expect(calls.at(-1)?.arguments).toEqual({ name: "none" });
  });

  it("never pass over a bug", async () => {
    const plan = planOf(loop("    continue_on_error: true\n"));
    const { context } = world(({ path }) => {
      if (path === "overdue") return three;
      throw new TypeError("x is not a function");
    });
    await expect(executePlan(plan, context)).rejects.toThrow(TypeError);
  });

  it("answer an ask by its fallback, and say so", async () => {
    const plan = planOf(
      "  - id: letter\n    ask: writer\n    prompt: Hello\n    output: { subject: string, level: integer }\n    fallback: { subject: 'For ${{ 1 + 1 }}', level: '${{ 1 + 1 }}' }\noutputs: { s: '${{ steps.letter.subject }}', l: '${{ steps.letter.level }}' }\n",
    );
    const { context, events } = world(() => null);
    expect(await executePlan(plan, context)).toEqual({ s: "For 2", l: 2 });
    expect(events.at(-1)).toMatchObject({ kind: "ask", status: "done", fallback: true });
  });
});

describe("pages", () => {
  const plan = planOf(
    "  - id: low\n    call: inventory.low_stock\n    pages: all\n    with: { limit: 2 }\noutputs: { n: '${{ size(steps.low.items) }}' }\n",
  );

  it("are all read, each under its own path", async () => {
    const pages: Record<string, Json> = {
      first: { items: [1, 2], next_cursor: "c2" },
      c2: { items: [3], next_cursor: "c3" },
      c3: { items: [4] },
    };
    const { context, calls } = world(({ arguments: { cursor } }) => pages[String(cursor ?? "first")] ?? null);
    expect(await executePlan(plan, context)).toEqual({ n: 4 });
    expect(calls.map(({ path, arguments: args }) => [path, args])).toEqual([
      ["low", { limit: 2 }],
      ["low#2", { limit: 2, cursor: "c2" }],
      ["low#3", { limit: 2, cursor: "c3" }],
    ]);
  });

  it("stop with an error when a cursor comes again", async () => {
    const { context } = world(() => ({ items: [], next_cursor: "c" }));
    await expect(executePlan(plan, context)).rejects.toMatchObject({ code: "STEP_FAILED" });
  });
});

describe("for_each", () => {
  it("runs its steps for each item, in order, under the item's key", async () => {
    const { context, paths, events } = world(({ path }) => (path === "overdue" ? three : { id: path }));
    await executePlan(planOf(loop()), context);
    expect(paths()).toEqual(["overdue", "each[a]/lead", "each[b]/lead", "each[c]/lead"]);
    expect(events.at(-1)).toMatchObject({
      path: "each",
      counts: { items: 3, failed: 0, alreadyDone: 0 },
      result: { items: 3, done: 3, failed: 0, already_done: 0, failures: [] },
    });
  });

  it("keeps a key that looks like a path from being one", async () => {
    const odd = { items: [{ id: "a/b]#%" }] };
    const { context, paths } = world(({ path }) => (path === "overdue" ? odd : { id: path }));
    await executePlan(planOf(loop()), context);
    expect(paths()).toEqual(["overdue", "each[a%2Fb%5D%23%25]/lead"]);
  });

  it.each([1, 2, 3, 8])("never has more than %i items under way, and starts that many", async (limit) => {
    let under = 0;
    let most = 0;
    const items = Array.from({ length: 12 }, (_, index) => ({ id: `i${index}` }));
    const { context } = world(async ({ path }) => {
      if (path === "overdue") return { items };
      under += 1;
      most = Math.max(most, under);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      under -= 1;
      return { id: path };
    });
    await executePlan(planOf(loop(`    max_parallel: ${limit}\n`)), context);
    expect(most).toBe(limit);
  });

  it("has the same paths and results in whatever order its items end", async () => {
    const plan = planOf(
      `${loop("    max_parallel: 3\n    continue_on_error: true\n")}outputs: { each: "\${{ steps.each }}" }\n`,
    );
    const runOnce = async (turns: (path: string) => number) => {
      const { context, paths } = world(async ({ path }) => {
        for (let turn = turns(path); turn > 0; turn -= 1) await Promise.resolve();
        if (path === "overdue") return three;
        return path.includes("[b]") ? fail("CONFLICT") : { id: path };
      });
      const outputs = await executePlan(plan, context);
      return { outputs, paths: paths().sort() };
    };
    const slowFirst = await runOnce((path) => (path.includes("[a]") ? 20 : 1));
    const slowLast = await runOnce((path) => (path.includes("[c]") ? 20 : 1));
    expect(slowFirst).toEqual(slowLast);
    expect(slowFirst.outputs).toEqual({
      each: {
        items: 3,
        done: 2,
        failed: 1,
        already_done: 0,
        failures: [{ key: "b", code: "CONFLICT", message: "no" }],
      },
    });
  });

  it("starts nothing new after a failure", async () => {
    const { context, paths } = world(({ path }) => {
      if (path === "overdue") return three;
      return path === "each[a]/lead" ? fail("CONFLICT") : { id: "x" };
    });
    await expect(executePlan(planOf(loop()), context)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(paths()).toEqual(["overdue", "each[a]/lead"]);
  });

  it("fails before the first body when two items have one key", async () => {
    const twice = { items: [{ id: "a" }, { id: "b" }, { id: "a" }] };
    const { context, paths } = world(() => twice);
    await expect(executePlan(planOf(loop("    continue_on_error: true\n")), context)).rejects.toMatchObject({
      code: "STEP_FAILED",
      message: expect.stringContaining('"a"'),
    });
    expect(paths()).toEqual(["overdue"]);
  });

  it("tests its business key before the body, and marks it after", async () => {
    const plan = planOf(loop("    once: reminder/${{ invoice.id }}\n"));
    const answer: Answer = ({ path }) => (path === "overdue" ? three : { id: path });
    const first = world(answer);
    first.done.set("reminder/b", { entry: 7, run: "run_0" });
    await executePlan(plan, first.context);
    expect(first.calls.slice(1).map(({ path, once }) => [path, once])).toEqual([
      ["each[a]/lead", "reminder/a/lead"],
      ["each[c]/lead", "reminder/c/lead"],
    ]);
    expect(first.told()).toContain("each[b] already_done");
    expect(first.events.at(-1)?.counts).toEqual({ items: 3, failed: 0, alreadyDone: 1 });
    expect([...first.done.keys()]).toContain("reminder/a");

    const again = { ...first.context, runId: "run_2" };
    await executePlan(plan, again);
    expect(first.calls.slice(3).map(({ path }) => path)).toEqual(["overdue"]);
  });

  it("does not mark a business key whose body failed", async () => {
    const plan = planOf(loop("    once: r/${{ invoice.id }}\n    continue_on_error: true\n"));
    const { context, done } = world(({ path }) => {
      if (path === "overdue") return three;
      return path === "each[b]/lead" ? fail("CONFLICT") : { id: path };
    });
    await executePlan(plan, context);
    expect([...done.keys()].filter((key) => /^r\/.$/.test(key))).toEqual(["r/a", "r/c"]);
  });

  it("gives no business key to a call that only reads", async () => {
    const plan = planOf(
      loop("    once: r/${{ invoice.id }}\n").replace(
        '        call: crm.create_lead\n        with: { name: "${{ invoice.id }}" }',
        '        call: crm.get_deal\n        with: { id: "${{ invoice.id }}" }',
      ),
    );
    const { context, calls } = world(({ path }) => (path === "overdue" ? three : { id: path }));
    await executePlan(plan, context);
    expect(calls.slice(1).map(({ once }) => once)).toEqual([undefined, undefined, undefined]);
  });
});

describe("branches", () => {
  const lead = (id: string, name: string) =>
    `        - id: ${id}\n          call: crm.create_lead\n          with: { name: "${name}" }\n`;
  const both = (more = "") =>
    `  - id: both\n${more}    parallel:\n      z:\n${lead("z1", "z")}${lead("z2", "after ${{ steps.z1.id }}")}      a:\n${lead("a1", "a")}${lead("a2", "after ${{ steps.a1.id }}")}`;
  const turnsOf = (turns: number) => async () => {
    for (let turn = turns; turn > 0; turn -= 1) await Promise.resolve();
  };

  it("run side by side, each in its order, under paths with their names", async () => {
    const gates = { "both/z/z1": Promise.withResolvers<void>(), "both/a/a2": Promise.withResolvers<void>() };
    // the first call of z answers only once a has come to its end, which it could not one after another
    const { context, calls, events } = world(async ({ path }) => {
      if (path === "both/a/a2") gates["both/a/a2"].resolve();
      if (path === "both/z/z1") await gates["both/a/a2"].promise;
      return { id: path };
    });
    const plan = planOf(`${both()}outputs: { z: "\${{ steps.both.z.z2.id }}", all: "\${{ steps.both }}" }\n`);
    expect(await executePlan(plan, context)).toEqual({
      z: "both/z/z2",
      all: {
        z: { z1: { id: "both/z/z1" }, z2: { id: "both/z/z2" } },
        a: { a1: { id: "both/a/a1" }, a2: { id: "both/a/a2" } },
      },
    });
    expect(calls.map(({ path, arguments: { name } }) => `${path}: ${name}`)).toEqual([
      "both/z/z1: z",
      "both/a/a1: a",
      "both/a/a2: after both/a/a1",
      "both/z/z2: after both/z/z1",
    ]);
    expect(new Set(events.map(({ stepId }) => stepId))).toEqual(
      new Set(["both", "both/z/z1", "both/z/z2", "both/a/a1", "both/a/a2"]),
    );
  });

  it.each([1, 20])(
    "come to their end when one fails, then its failure is theirs (%i turns)",
    async (turns) => {
      const wait = turnsOf(turns);
      const { context, paths, told } = world(async ({ path }) => {
        if (path === "both/a/a1") return fail("CONFLICT");
        if (path === "both/z/z1") await wait();
        return { id: path };
      });
      await expect(executePlan(planOf(both()), context)).rejects.toMatchObject({
        code: "CONFLICT",
        details: { step: "both/a/a1" },
      });
      expect(paths()).toEqual(["both/z/z1", "both/a/a1", "both/z/z2"]);
      expect(told()).toContain("both failed");
    },
  );

  it.each([1, 20])("fail with the failure of the first one in the file (%i turns)", async (turns) => {
    const wait = turnsOf(turns);
    const { context } = world(async ({ path }) => {
      if (path === "both/z/z1") await wait();
      return fail(path.startsWith("both/z") ? "POLICY_DENIED" : "CONFLICT");
    });
    await expect(executePlan(planOf(both()), context)).rejects.toMatchObject({
      details: { step: "both/z/z1" },
    });
  });

  it("leave out what failed, when told to go on", async () => {
    const { context, told } = world(({ path }) => (path === "both/a/a2" ? fail("CONFLICT") : { id: path }));
    const outputs = 'outputs: { z: "${{ steps.both.?z.?z2.?id }}", a: "${{ steps.both.?a.?a1.?id }}" }\n';
    const plan = planOf(`${both("    continue_on_error: true\n")}${outputs}`);
    expect(await executePlan(plan, context)).toEqual({ z: "both/z/z2" });
    expect(told().filter((line) => /failed|both done/.test(line))).toEqual(["both/a/a2 failed", "both done"]);
  });

  it("derive the business keys of their calls from the loop around them", async () => {
    const body = both().replaceAll("\n", "\n    ").trimEnd();
    const plan = planOf(
      `  - id: each\n    for_each: [{ id: i }]\n    once: r/\${{ item.id }}\n    steps:\n    ${body}\n`,
    );
    const { context, calls } = world(({ path }) => ({ id: path }));
    await executePlan(plan, context);
    expect(calls.map(({ path, once }) => `${path} ${once}`)).toEqual([
      "each[i]/both/z/z1 r/i/both/z1",
      "each[i]/both/a/a1 r/i/both/a1",
      "each[i]/both/z/z2 r/i/both/z2",
      "each[i]/both/a/a2 r/i/both/a2",
    ]);
  });

  it("let the others go on while one waits for a person", async () => {
    const { context, paths, told } = world(({ path }) => {
      if (path !== "both/z/z1") return { id: path };
      throw new RingmainError("APPROVAL_REQUIRED", "Ask.", { details: { approval: "apr_1" } });
    });
    const plan = planOf(both("    continue_on_error: true\n"));
    await expect(executePlan(plan, context)).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
    expect(paths()).toEqual(["both/z/z1", "both/a/a1", "both/a/a2"]);
    expect(told().at(-1)).toBe("both waiting");
  });
});

describe("return", () => {
  const steps = `  - id: one
    call: crm.create_lead
    with: { name: a }
  - id: some
    continue_on_error: true
    steps:
      - id: stop
        if: inputs.n > 1
        return: { id: "\${{ steps.one.id }}", many: true }
      - id: inner
        call: crm.create_lead
        with: { name: b }
  - id: two
    call: crm.create_lead
    with: { name: c }
outputs: { id: "\${{ steps.two.id }}", many: false }
`;
  const plan = planOf(steps, "inputs: { n: { type: integer } }\n");

  it("ends the workflow with its own outputs, from within groups, as done", async () => {
    const { context, paths, told, events } = world(({ path }) => ({ id: path }), { inputs: { n: 2 } });
    expect(await executePlan(plan, context)).toEqual({ id: "one", many: true });
    expect(paths()).toEqual(["one"]);
    expect(told().slice(2)).toEqual(["some started", "some/stop started", "some/stop done", "some done"]);
    expect(events.find(({ path, status }) => path === "some/stop" && status === "done")?.result).toEqual({
      id: "one",
      many: true,
    });
  });

  it("does nothing where its condition does not hold", async () => {
    const { context, paths } = world(({ path }) => ({ id: path }), { inputs: { n: 1 } });
    expect(await executePlan(plan, context)).toEqual({ id: "two", many: false });
    expect(paths()).toEqual(["one", "some/inner", "two"]);
  });
});

describe("a call that waits for a person", () => {
  const wait = (approval: string) => {
    throw new RingmainError("APPROVAL_REQUIRED", "Ask.", { details: { approval } });
  };
  const lead = "  - id: lead\n    call: crm.create_lead\n    with: { name: n }\n";

  it("is no failure: continue_on_error does not pass over it, and nothing after it runs", async () => {
    const { context, told, paths } = world(() => wait("apr_1"));
    const steps = `${lead}    continue_on_error: true\n${lead.replace("id: lead", "id: next")}`;
    await expect(executePlan(planOf(steps), context)).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      details: { approval: "apr_1" },
    });
    expect(paths()).toEqual(["lead"]);
    expect(told()).toEqual(["lead started", "lead waiting"]);
  });

  it("lets the other items of its loop go on to their end, and is told with those that wait beside it", async () => {
    const { context, events, paths } = world(({ path }) => {
      if (path === "overdue") return three;
      return path === "each[b]/lead" ? { id: "x" } : wait(`apr_${path}`);
    });
    const plan = planOf(`${loop("    continue_on_error: true\n")}${lead.replace("id: lead", "id: after")}`);
    await expect(executePlan(plan, context)).rejects.toMatchObject({
      waits: [{ approval: "apr_each[a]/lead" }, { approval: "apr_each[c]/lead" }],
    });
    expect(paths()).toEqual(["overdue", "each[a]/lead", "each[b]/lead", "each[c]/lead"]);
    const waiting = events.filter(({ status }) => status === "waiting");
    expect(waiting.map(({ path, approvals }) => [path, approvals])).toEqual([
      ["each[a]/lead", ["apr_each[a]/lead"]],
      ["each[c]/lead", ["apr_each[c]/lead"]],
      ["each", ["apr_each[a]/lead", "apr_each[c]/lead"]],
    ]);
    expect(events.filter(({ status }) => status === "failed")).toEqual([]);
  });

  it("is waited for before a failure of another item ends the loop", async () => {
    let decided = false;
    const { context, paths } = world(({ path }) => {
      if (path === "overdue") return three;
      if (path === "each[b]/lead") return fail("CONFLICT");
      return decided ? { id: "x" } : wait("apr_1");
    });
    const plan = planOf(loop());
    await expect(executePlan(plan, context)).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
    decided = true;
    await expect(executePlan(plan, context)).rejects.toMatchObject({
      code: "CONFLICT",
      details: { step: "each[b]/lead" },
    });
    expect(paths()).not.toContain("each[c]/lead");
  });

  it("marks no item of its loop as done", async () => {
    const { context, done } = world(({ path }) => (path === "overdue" ? three : wait(`apr_${path}`)));
    const plan = planOf(loop('    once: "lead/${{ invoice.id }}"\n'));
    await expect(executePlan(plan, context)).rejects.toSatisfy(isWait);
    expect([...done.keys()]).toEqual([]);
  });
});

describe("once on a call", () => {
  it("passes the key on, and tells a hit as already done", async () => {
    const plan = planOf(
      "  - id: one\n    call: crm.create_lead\n    once: lead/${{ inputs.n }}\n    with: { name: a }\noutputs: { id: '${{ steps.one.id }}' }\n",
      "inputs: { n: { type: integer } }\n",
    );
    const { context, calls, done, events } = world(() => ({ id: "new" }), { inputs: { n: 3 } });
    done.set("crm.create_lead lead/3", { entry: 5, run: "run_0" });
    expect(await executePlan(plan, context)).toEqual({ id: "old" });
    expect(calls[0]?.once).toBe("lead/3");
    expect(events.at(-1)).toMatchObject({ status: "already_done", entry: 5 });
  });

  it("refuses an empty key", async () => {
    const plan = planOf(
      "  - id: one\n    call: crm.create_lead\n    once: ${{ inputs.n }}\n    with: { name: a }\n",
      "inputs: { n: { type: string } }\n",
    );
    const { context, calls } = world(() => ({ id: "new" }), { inputs: { n: " " } });
    await expect(executePlan(plan, context)).rejects.toMatchObject({ code: "STEP_FAILED" });
    expect(calls).toEqual([]);
  });
});

describe("the signal", () => {
  it.each([
    ["its own error", new RingmainError("TIMEOUT", "15 minutes are over"), "TIMEOUT"],
    ["RUN_CANCELLED otherwise", new Error("stop"), "RUN_CANCELLED"],
  ])("ends the run between two steps with %s", async (_name, reason, code) => {
    const controller = new AbortController();
    const { context, paths } = world(
      ({ path }) => {
        if (path === "each[a]/lead") controller.abort(reason);
        return path === "overdue" ? three : { id: path };
      },
      { signal: controller.signal },
    );
    const plan = planOf(loop("    continue_on_error: true\n"));
    await expect(executePlan(plan, context)).rejects.toMatchObject({ code });
    expect(paths()).toEqual(["overdue", "each[a]/lead"]);
  });
});

describe("inputs", () => {
  const plan = planOf(
    "  - id: a\n    call: crm.create_lead\n    with: { name: x }\n",
    "inputs:\n  days: { type: integer, default: 7, minimum: 1 }\n  rate: { type: number, required: false }\n  stage: { type: string, enum: [won, lost] }\n  dry: { type: boolean, default: false }\n",
  );

  it("are read from texts, with defaults", () => {
    expect(resolveInputs(plan, { days: "14", stage: "won", dry: "true", rate: "1.5" })).toEqual({
      days: 14,
      rate: 1.5,
      stage: "won",
      dry: true,
    });
    expect(resolveInputs(plan, { stage: "lost" })).toEqual({ days: 7, stage: "lost", dry: false });
  });

  it.each([
    [{ stage: "won", days: "0" }, /"days" cannot be "0"/, /at least 1/],
    [{ stage: "won", days: "1.5" }, /"days"/, /whole number/],
    [{ stage: "won", days: 1.5 }, /"days"/, /whole number/],
    [{ stage: "wno" }, /"stage"/, /one of won, lost/],
    [{ stage: "won", dry: "yes" }, /"dry"/, /true or false/],
    [{ stage: "won", rate: "" }, /"rate"/, /a number/],
    [{}, /needs the input "stage"/, /one of won, lost/],
    [{ stage: "won", day: 3 }, /no input "day"/, /Did you mean "days"/],
  ])("refuse %j", (given, message, hint) => {
    expect(() => resolveInputs(plan, given)).toThrow(
      expect.objectContaining({
        code: "INPUT_INVALID",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });
});
