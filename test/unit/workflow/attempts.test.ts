import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import type { Json } from "../../../src/core/json.ts";
import { createRunContext } from "../../../src/engine/run-context.ts";
import { executePlan } from "../../../src/workflow/execute.ts";
import type { Plan } from "../../../src/workflow/plan.ts";
import type { StepEvent } from "../../../src/workflow/run-context.ts";
import { createRing } from "../../contract/engine-ring.ts";
import { planOf } from "../../fixtures/workflow/plan-of.ts";

class Died extends Error {}

/** One run over servers that keep keys and a trail as the real ones do; each execution may be killed. */
function runOf(plan: Plan) {
  const ring = createRing();
  const run = { runId: "run_1", workflow: "sample", workflowHash: "f00d", agent: "tester" };
  const memory = new Map<string, Json>();
  const events: StepEvent[] = [];
  const delays: number[] = [];
  return {
    ring,
    events,
    memory,
    /** The keys that were sent, in order; one that was sent again at once stands once. */
    keys: () =>
      ring.attempts
        .map(({ key }) => key.replace("run_1/", ""))
        .filter((key, index, all) => key !== all[index - 1]),
    /** How long the steps waited before another attempt; a call that nobody answers is sent again sooner. */
    waited: () => delays.filter((ms) => ms % 1_000 === 0),
    async execute(options: { signal?: AbortSignal; killAfter?: number } = {}) {
      const { signal = new AbortController().signal, killAfter = Number.POSITIVE_INFINITY } = options;
      let acts = 0;
      const killed = () => {
        acts += 1;
        if (acts > killAfter) throw new Died();
      };
      const send = ring.callerFor(run);
      const context = createRunContext({
        runId: run.runId,
        startedAt: new Date("2026-11-23T07:00:00Z"),
        inputs: {},
        signal,
        completed: ring.journal.read(run.runId),
        memory: new Map(memory),
        async remember(path, value) {
          killed();
          memory.set(path, value);
        },
        undecided: new Map(),
        waits() {},
        async callTool(call) {
          killed();
          const answer = await send(call);
          killed();
          return answer;
        },
        findOnce: ring.journal.findOnce,
        markOnce: async () => {},
        report: (event) => void events.push(event),
        runWorkflow: async () => ({ status: "done" }),
        findWorkflow: () => undefined,
        cancelWorkflow: async () => {},
        now: () => new Date("2026-11-23T07:00:00Z"),
        delay: async (ms) => void delays.push(ms),
        random: () => 1,
      });
      return await executePlan(plan, context);
    },
  };
}

function fail(code: "CONFLICT" | "POLICY_DENIED" | "TIMEOUT" | "NOT_FOUND"): never {
  throw new RingmainError(code, `It is a ${code}.`);
}

const lead = (more = "") => `  - id: lead
    call: crm.create_lead
    with: { name: Ann }
${more}`;

const outputs = 'outputs: { id: "${{ steps.lead.id }}" }\n';

afterEach(() => {
  vi.useRealTimers();
});

describe("retry", () => {
  it("makes a call again, with its own key, while nobody knows how it ended", async () => {
    const run = runOf(planOf(lead("    retry: 4\n"), outputs));
    let times = 0;
    // six times at once each, for two attempts of the step
    run.ring.on("crm.create_lead", () => (++times <= 12 ? fail("TIMEOUT") : { id: "l1" }));
    expect(await run.execute()).toEqual({ id: "l1" });
    expect(run.keys()).toEqual(["lead"]);
    expect(run.waited()).toEqual([1_000, 2_000]);
    expect(run.events.at(-1)).toMatchObject({ path: "lead", status: "done", attempts: 3 });
  });

  it("makes a call anew, with another key, after a failure that it names", async () => {
    const run = runOf(
      planOf(lead("    retry: { attempts: 3, backoff: 2s, max: 3s, on: [CONFLICT] }\n"), outputs),
    );
    run.ring.on("crm.create_lead", ({ path }) => (path === "lead@3" ? { id: "l3" } : fail("CONFLICT")));
    expect(await run.execute()).toEqual({ id: "l3" });
    expect(run.keys()).toEqual(["lead", "lead@2", "lead@3"]);
    expect(run.waited()).toEqual([2_000, 3_000]);
  });

  it("gives up with the last failure", async () => {
    const run = runOf(planOf(lead("    retry: { attempts: 2, on: [CONFLICT] }\n")));
    run.ring.on("crm.create_lead", () => fail("CONFLICT"));
    await expect(run.execute()).rejects.toMatchObject({ code: "CONFLICT", details: { step: "lead" } });
    expect(run.keys()).toEqual(["lead", "lead@2"]);
    expect(run.events.at(-1)).toMatchObject({ status: "failed", attempts: 2 });
  });

  it.each(["    retry: 3\n", "    retry: { attempts: 3, on: [NOT_FOUND] }\n"])(
    "does not try again what it does not name: %j",
    async (more) => {
      const run = runOf(planOf(lead(more)));
      run.ring.on("crm.create_lead", () => fail("POLICY_DENIED"));
      await expect(run.execute()).rejects.toMatchObject({ code: "POLICY_DENIED" });
      expect(run.keys()).toEqual(["lead"]);
      expect(run.waited()).toEqual([]);
    },
  );

  it("lets a call wait for a person as without it", async () => {
    const run = runOf(
      planOf(lead("    retry: { attempts: 3, on: [APPROVAL_REJECTED, APPROVAL_REQUIRED] }\n")),
    );
    run.ring.ask("crm.create_lead");
    await expect(run.execute()).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
    expect(run.keys()).toEqual(["lead"]);
    expect(run.memory.size).toBe(0);
  });

  it("of a group repeats nothing inside that was done, nor counts attempts inside for another step", async () => {
    const plan = planOf(`  - id: group
    retry: { attempts: 2, on: [CONFLICT] }
    steps:
      - id: first
        call: crm.create_lead
        with: { name: Ann }
      - id: second
        retry: { attempts: 2, on: [CONFLICT] }
        call: crm.create_lead
        with: { name: Ben }
`);
    const run = runOf(plan);
    run.ring.on("crm.create_lead", ({ path }) =>
      path === "group/second@4" || path === "group/first" ? { id: path } : fail("CONFLICT"),
    );
    await run.execute();
    expect(run.keys()).toEqual([
      "group/first",
      "group/second",
      "group/second@2",
      "group/second@3",
      "group/second@4",
    ]);
  });

  it("ends with the run", async () => {
    const run = runOf(planOf(lead("    retry: 5\n")));
    const controller = new AbortController();
    run.ring.on("crm.create_lead", () => {
      controller.abort(new RingmainError("RUN_CANCELLED", "The run was cancelled."));
      return fail("TIMEOUT");
    });
    await expect(run.execute({ signal: controller.signal })).rejects.toMatchObject({ code: "RUN_CANCELLED" });
    expect(run.keys()).toEqual(["lead"]);
  });
});

/** Results that later steps use, behind a step that may be passed over and others that are tried again. */
const winding = planOf(
  `  - id: group
    retry: { attempts: 3, on: [CONFLICT, TIMEOUT] }
    steps:
      - id: soft
        continue_on_error: true
        call: crm.create_lead
        with: { name: Ann }
      - id: hard
        retry: { attempts: 2, on: [CONFLICT] }
        call: crm.create_lead
        with: { name: "\${{ has(steps.soft) ? 'after ' + steps.soft.id : 'alone' }}" }
  - id: each
    for_each: [{ id: "a" }, { id: "b" }]
    continue_on_error: true
    steps:
      - id: lead
        timeout: 1h
        retry: 2
        call: crm.create_lead
        with: { name: "\${{ item.id + steps.group.hard.id }}" }
`,
  `on_failure:
  - id: tell
    call: crm.create_lead
    with: { name: "\${{ error.code }}" }
outputs:
  soft: "\${{ has(steps.group.soft) }}"
  hard: \${{ steps.group.hard.id }}
  failed: \${{ steps.each.failed }}
`,
);

it("goes on with the attempt at which it was killed, without waiting again for the earlier ones", async () => {
  const run = runOf(planOf(lead("    retry: { attempts: 3, on: [CONFLICT] }\n"), outputs));
  run.ring.on("crm.create_lead", ({ path }) => (path === "lead@3" ? { id: "l3" } : fail("CONFLICT")));
  // two calls, and before the third the second memory
  await expect(run.execute({ killAfter: 4 })).rejects.toBeInstanceOf(Died);
  run.ring.on("crm.create_lead", () => ({ id: "l3" }));
  const before = run.waited().length;
  expect(await run.execute()).toEqual({ id: "l3" });
  expect(run.waited()).toHaveLength(before);
  expect(run.events.at(-1)).toMatchObject({ status: "done", attempts: 3 });
});

it("sends a call without an outcome under its key again when it is killed in the attempt after", async () => {
  const run = runOf(planOf(lead("    retry: 3\n"), outputs));
  run.ring.on("crm.create_lead", () => fail("TIMEOUT"));
  // six sendings of the first attempt, and what it remembers
  await expect(run.execute({ killAfter: 7 })).rejects.toBeInstanceOf(Died);
  run.ring.on("crm.create_lead", () => ({ id: "l1" }));
  expect(await run.execute()).toEqual({ id: "l1" });
  expect(run.keys()).toEqual(["lead"]);
});

it("keeps a failure that it went on after through every attempt around it", async () => {
  const run = runOf(winding);
  run.ring.on("crm.create_lead", ({ path }) => {
    if (path === "group/soft" || path === "group/hard" || path === "group/hard@2") return fail("CONFLICT");
    return { id: path };
  });
  expect(await run.execute()).toEqual({ soft: false, hard: "group/hard@3", failed: 0 });
  expect(run.ring.attempts.filter(({ path }) => path.startsWith("group/soft"))).toHaveLength(1);
});

it("comes to one end, and sends each key with one set of arguments, wherever it is killed", async () => {
  const answers = fc.array(fc.constantFrom(...(["ok", "ok", "CONFLICT", "TIMEOUT", "NOT_FOUND"] as const)), {
    minLength: 30,
    maxLength: 30,
  });
  const kills = fc.array(fc.nat(12), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(answers, kills, async (script, killedAfter) => {
      const run = runOf(winding);
      let next = 0;
      let unanswered = 0;
      run.ring.on("crm.create_lead", ({ path }) => {
        // nobody answers the six times that a call is sent at once
        const answer = script[next % script.length] ?? "ok";
        unanswered = answer === "TIMEOUT" ? (unanswered + 1) % 6 : 0;
        if (unanswered === 0) next += 1;
        return answer === "ok" ? { id: path } : fail(answer);
      });
      const ends: (Json | string)[] = [];
      for (const killAfter of [...killedAfter, undefined, undefined]) {
        try {
          ends.push(await run.execute(killAfter === undefined ? {} : { killAfter }));
        } catch (error) {
          if (error instanceof RingmainError) ends.push(error.code);
          else expect(error).toBeInstanceOf(Died);
        }
      }
      // The first end is the run's; executed again all the same, it would come to it again.
      expect(ends.length).toBeGreaterThan(1);
      expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
      const sent = new Map<string, string>();
      for (const { key, arguments: given } of run.ring.attempts) {
        expect(sent.get(key) ?? JSON.stringify(given)).toBe(JSON.stringify(given));
        sent.set(key, JSON.stringify(given));
      }
    }),
    { numRuns: 300 },
  );
});

describe("timeout", () => {
  const never = () => new Promise<Json>(() => {});

  it("ends a step that takes longer, with what it says", async () => {
    vi.useFakeTimers();
    const run = runOf(planOf(lead("    timeout: 5s\n")));
    run.ring.on("crm.create_lead", never);
    const end = expect(run.execute()).rejects.toMatchObject({
      code: "TIMEOUT",
      message: "Step lead took longer than 5 s.",
      details: { step: "lead" },
    });
    await vi.advanceTimersByTimeAsync(5_000);
    await end;
  });

  it("gives each attempt the whole time", async () => {
    vi.useFakeTimers();
    const run = runOf(planOf(lead("    timeout: 5s\n    retry: 3\n"), outputs));
    run.ring.on("crm.create_lead", (_call, attempt) => (attempt === 3 ? { id: "l" } : never()));
    const end = run.execute();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await end).toEqual({ id: "l" });
    expect(run.ring.attempts.map(({ key }) => key)).toEqual(["run_1/lead", "run_1/lead", "run_1/lead"]);
  });

  it("holds for everything in a loop, and starts none of its items any more", async () => {
    vi.useFakeTimers();
    const plan = planOf(`  - id: each
    for_each: [{ id: "a" }, { id: "b" }]
    timeout: 5s
    continue_on_error: true
    steps:
      - id: lead
        call: crm.create_lead
        with: { name: Ann }
`);
    const run = runOf(plan);
    run.ring.on("crm.create_lead", never);
    const end = expect(run.execute()).rejects.toMatchObject({ code: "TIMEOUT" });
    await vi.advanceTimersByTimeAsync(5_000);
    await end;
    expect(run.keys()).toEqual(["each[a]/lead"]);
  });

  it("stays what it was for a run that went on after it and is executed again", async () => {
    vi.useFakeTimers();
    const after = `  - id: other
    if: "!has(steps.lead)"
    call: crm.create_lead
    with: { name: Ben }
`;
    const run = runOf(planOf(`${lead("    timeout: 5s\n    continue_on_error: true\n")}${after}`));
    run.ring.on("crm.create_lead", ({ path }) => (path === "lead" ? never() : { id: "x" }));
    // begun: the call, the failure remembered, the other call; killed before the answer
    const killed = expect(run.execute({ killAfter: 3 })).rejects.toBeInstanceOf(Died);
    await vi.advanceTimersByTimeAsync(5_000);
    await killed;
    run.ring.on("crm.create_lead", ({ path }) => ({ id: path }));
    await run.execute();
    expect(run.keys()).toEqual(["lead", "other"]);
    expect(run.events.at(-1)).toMatchObject({ path: "other", status: "done" });
  });

  it("leaves no timer behind", async () => {
    vi.useFakeTimers();
    await runOf(planOf(lead("    timeout: 5s\n"))).execute();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("on_failure", () => {
  const tell = `on_failure:
  - id: tell
    call: crm.create_task
    with:
      about: lead
      assignee_id: usr_1
      title: "\${{ error.code }} at \${{ error.?step.orValue('nowhere') }}: \${{ error.message }}"
`;

  it("runs its steps after a failure, and the run fails with what failed first", async () => {
    const run = runOf(planOf(lead(), tell));
    run.ring.on("crm.create_lead", () => fail("CONFLICT"));
    await expect(run.execute()).rejects.toMatchObject({ code: "CONFLICT", details: { step: "lead" } });
    expect(run.keys()).toEqual(["lead", "on_failure/tell"]);
    expect(run.ring.attempts[1]?.arguments.title).toBe("CONFLICT at lead: It is a CONFLICT.");
  });

  it("runs nothing when nothing failed, and nothing for a run that was cancelled", async () => {
    const run = runOf(planOf(lead(), tell));
    await run.execute();
    expect(run.keys()).toEqual(["lead"]);
    const cancelled = runOf(planOf(lead(), tell));
    const controller = new AbortController();
    controller.abort(new RingmainError("RUN_CANCELLED", "The run was cancelled."));
    await expect(cancelled.execute({ signal: controller.signal })).rejects.toMatchObject({
      code: "RUN_CANCELLED",
    });
    expect(cancelled.keys()).toEqual([]);
  });

  it("keeps the first failure when it fails itself, and tells its own", async () => {
    const run = runOf(planOf(lead(), tell));
    run.ring.on("crm.create_lead", () => fail("CONFLICT"));
    run.ring.on("crm.create_task", () => fail("NOT_FOUND"));
    await expect(run.execute()).rejects.toMatchObject({ code: "CONFLICT" });
    expect(run.events.at(-1)).toMatchObject({
      path: "on_failure/tell",
      status: "failed",
      error: { code: "NOT_FOUND" },
    });
  });

  it("may wait for a person; then the run is not ended, and does not begin anew", async () => {
    const run = runOf(planOf(lead(), tell));
    run.ring.on("crm.create_lead", () => fail("TIMEOUT"));
    run.ring.ask("crm.create_task");
    await expect(run.execute()).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
    run.ring.on("crm.create_lead", () => ({ id: "after all" }));
    run.ring.decide("apr_run_1/on_failure/tell", "approved");
    await expect(run.execute()).rejects.toMatchObject({ code: "TIMEOUT", message: "It is a TIMEOUT." });
    expect(run.keys()).toEqual(["lead", "on_failure/tell"]);
  });
});

describe("else", () => {
  const plan = planOf(
    `${lead()}  - id: which
    if: steps.lead.id == 'old'
    steps:
      - id: yes
        call: crm.create_lead
        with: { name: Yes }
    else:
      - id: no
        call: crm.create_lead
        with: { name: No }
`,
    'outputs: { yes: "${{ has(steps.which.yes) }}", no: "${{ has(steps.which.no) }}" }\n',
  );

  it.each([
    ["old", { yes: true, no: false }, ["lead", "which/yes"]],
    ["new", { yes: false, no: true }, ["lead", "which/no"]],
  ] as const)("runs one of two lists: %s", async (id, expected, keys) => {
    const run = runOf(plan);
    run.ring.on("crm.create_lead", () => ({ id }));
    expect(await run.execute()).toEqual(expected);
    expect(run.keys()).toEqual(keys);
  });
});
