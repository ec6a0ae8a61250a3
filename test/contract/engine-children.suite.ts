import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RingmainError } from "../../src/core/errors.ts";
import type { Engine, StartRequest } from "../../src/engine/engine.ts";
import { executePlan } from "../../src/workflow/execute.ts";
import type { Plan, PlanStep } from "../../src/workflow/plan.ts";
import type { EngineHarness } from "./engine.suite.ts";
import { createGate, createRing, planOf, type Ring } from "./engine-ring.ts";

const calling = (id: string): PlanStep => ({ id, kind: "call", call: `crm.${id}`, with: {}, writes: true });
const stepsOf = (...steps: PlanStep[]): Plan => ({ ...planOf([]), steps });

/** A workflow of another agent that calls `crm.pay` and `crm.file`. */
const child: Plan = {
  ...stepsOf(calling("pay"), calling("file")),
  workflow: "bill",
  agent: "accountant",
  outputs: { paid: "${{ has(steps.pay) }}" },
};

const runs = (plan: Plan, more: Record<string, unknown> = {}): PlanStep =>
  JSON.parse(JSON.stringify({ id: "bill", kind: "run", plan, with: {}, ...more }));

const parent: Plan = {
  ...stepsOf(calling("one"), runs(child), calling("last")),
  outputs: { paid: "${{ steps.bill.paid }}" },
};

/** What every engine must do with a run that runs another workflow. */
export function testChildren(name: string, createHarness: () => Promise<EngineHarness>): void {
  describe(`a run of another workflow: ${name}`, () => {
    let harness: EngineHarness;
    let ring: Ring;
    beforeEach(async () => {
      harness = await createHarness();
      ring = createRing();
    });
    afterEach(async () => {
      vi.useRealTimers();
      await harness.dispose();
    });

    const open = () => harness.open(ring, executePlan);
    const request = (overrides: Partial<StartRequest> = {}): StartRequest => ({
      runId: "run_1",
      plan: parent,
      inputs: {},
      startedBy: "user:maria",
      ...overrides,
    });
    const reaches = (engine: Engine, runId: string, status: string) =>
      expect
        .poll(async () => (await engine.get(runId))?.status, { interval: 5, timeout: 10_000 })
        .toBe(status);
    const keys = () => ring.attempts.map(({ key }) => key);

    test("is a run of its own, as its own agent, for whoever started the first", async () => {
      const { engine } = await open();
      expect(await engine.run(request())).toMatchObject({ status: "done", outputs: { paid: true } });
      expect(await engine.get("run_1/bill")).toMatchObject({
        status: "done",
        workflow: "bill",
        agent: "accountant",
        startedBy: "user:maria",
        parent: "run_1",
        outputs: { paid: true },
      });
      expect((await engine.list({ parent: "run_1" })).map(({ id }) => id)).toEqual(["run_1/bill"]);
      expect((await engine.list({ parent: null })).map(({ id }) => id)).toEqual(["run_1"]);
      expect(keys()).toEqual(["run_1/one", "run_1/bill/pay", "run_1/bill/file", "run_1/last"]);
      expect(ring.started).toEqual(["run_1", "run_1/bill"]);
      expect(ring.ended.map(({ runId }) => runId)).toEqual(["run_1/bill", "run_1"]);
    });

    test("fails its step with its own error", async () => {
      ring.on("crm.file", () => {
        throw new RingmainError("CONFLICT", "It changed.", { hint: "Look." });
      });
      const { engine } = await open();
      expect((await engine.run(request())).error).toEqual({
        code: "CONFLICT",
        message: "file: It changed.",
        hint: "Look.",
        step: "bill",
      });
      expect((await engine.get("run_1/bill"))?.error).toMatchObject({ code: "CONFLICT", step: "file" });
    });

    test("is made anew by a retry, and the one that failed stays as it is", async () => {
      ring.on("crm.pay", ({ key }) => {
        if (key === "run_1/bill/pay") throw new RingmainError("CONFLICT", "It changed.");
        return "paid";
      });
      const retry = { attempts: 2, baseMs: 1_000, capMs: 1_000, on: ["CONFLICT"] };
      const { engine } = await open();
      const run = await engine.run(request({ plan: stepsOf(runs(child, { retry })) }));
      expect(run.status).toBe("done");
      expect((await engine.get("run_1/bill"))?.status).toBe("failed");
      expect((await engine.get("run_1/bill@2"))?.status).toBe("done");
    });

    test("that was done is not made anew by a retry around it", async () => {
      ring.on("crm.last", ({ path }) => {
        if (path === "group/last") throw new RingmainError("CONFLICT", "It changed.");
        return "last";
      });
      const retry = { attempts: 2, baseMs: 1_000, capMs: 1_000, on: ["CONFLICT"] };
      const { engine } = await open();
      const group = { id: "group", kind: "group", retry, steps: [runs(child), calling("last")] };
      expect((await engine.run(request({ plan: stepsOf(group) }))).status).toBe("done");
      expect(ring.started).toEqual(["run_1", "run_1/group/bill"]);
      expect(ring.effects()).toContain("run_1/group/last@2");
    });

    test("waits for a person, and the run that runs it with it; both go on by themselves", async () => {
      ring.ask("crm.pay");
      const { engine } = await open();
      const worker = engine.runWorker({ concurrency: 1, pollMs: 5 });
      await engine.start(request());
      await reaches(engine, "run_1", "waiting");
      expect((await engine.get("run_1"))?.waitsFor).toEqual([{ step: "bill", run: "run_1/bill" }]);
      expect((await engine.get("run_1/bill"))?.waitsFor).toEqual([
        { step: "pay", approval: "apr_run_1/bill/pay" },
      ]);
      ring.decide("apr_run_1/bill/pay", "approved");
      await reaches(engine, "run_1", "done");
      await worker.stop();
      expect(ring.effects()).toEqual(["run_1/one", "run_1/bill/pay", "run_1/bill/file", "run_1/last"]);
    });

    test("goes on with the run that runs it, where nobody else looks for work", async () => {
      ring.ask("crm.pay");
      const { engine } = await open();
      await engine.run(request());
      expect((await engine.resume("run_1")).status).toBe("waiting");
      ring.decide("apr_run_1/bill/pay", "approved");
      expect((await engine.resume("run_1")).status).toBe("done");
    });

    test("is gone on with, and not begun anew, when the process dies", async () => {
      const gate = createGate();
      ring.on("crm.file", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
      const [a, b] = [await open(), await open()];
      void a.engine.run(request());
      await gate.reached;
      a.die();
      expect((await b.engine.resume("run_1")).status).toBe("done");
      expect(keys()).toEqual([
        "run_1/one",
        "run_1/bill/pay",
        "run_1/bill/file",
        "run_1/bill/file",
        "run_1/last",
      ]);
      gate.open();
    });

    test("is waited for while another process executes it", async () => {
      const [gateA, gateB] = [createGate(), createGate()];
      ring.on("crm.file", (_call, attempt) => (attempt === 1 ? gateA.pass() : gateB.pass()));
      const [a, b, c] = [await open(), await open(), await open()];
      void a.engine.run(request());
      await gateA.reached;
      // the first process dies; one takes up what it ran, another what ran that
      a.die();
      const inner = b.engine.resume("run_1/bill");
      await gateB.reached;
      expect(await c.engine.resume("run_1")).toMatchObject({
        status: "waiting",
        waitsFor: [{ step: "bill", run: "run_1/bill" }],
      });
      const worker = c.engine.runWorker({ concurrency: 1, pollMs: 5, only: "parked" });
      gateB.open();
      expect((await inner).status).toBe("done");
      await reaches(c.engine, "run_1", "done");
      await worker.stop();
      gateA.open();
    });

    test("ends with the run that runs it", async () => {
      ring.ask("crm.pay");
      const { engine } = await open();
      await engine.run(request());
      await engine.cancel("run_1");
      expect((await engine.get("run_1/bill"))?.status).toBe("cancelled");

      const gate = createGate();
      ring.on("crm.pay", gate.pass);
      const running = engine.run(request({ runId: "run_2" }));
      await gate.reached;
      await engine.cancel("run_2");
      expect((await running).status).toBe("cancelled");
      await reaches(engine, "run_2/bill", "cancelled");
      gate.open();
    });

    test("fails its step when it is cancelled itself", async () => {
      ring.ask("crm.pay");
      const { engine } = await open();
      await engine.run(request());
      await engine.cancel("run_1/bill");
      const run = await engine.resume("run_1");
      expect(run).toMatchObject({ status: "failed", error: { code: "STEP_FAILED", step: "bill" } });
    });

    test("is cancelled when its step takes too long", async () => {
      const gate = createGate();
      ring.on("crm.pay", gate.pass);
      const { engine } = await open();
      let then: string | undefined;
      ring.on("crm.last", async () => {
        then = (await engine.get("run_1/bill"))?.status;
        return "last";
      });
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const bill = runs(child, { timeout_ms: 5_000, continue_on_error: true });
      const running = engine.run(request({ plan: stepsOf(bill, calling("last")) }));
      await gate.reached;
      await vi.advanceTimersByTimeAsync(5_000);
      vi.useRealTimers();
      expect((await running).status).toBe("done");
      expect(then).toBe("cancelled");
      gate.open();
    });

    test("may end before the run that runs it is parked", async () => {
      ring.ask("crm.pay");
      const gate = createGate();
      ring.on("crm.one", gate.pass);
      const both = { id: "both", kind: "parallel", continue_on_error: false };
      const branches = [
        { name: "a", steps: [runs(child)] },
        { name: "b", steps: [calling("one")] },
      ];
      const [a, b] = [await open(), await open()];
      const running = a.engine.run(request({ plan: stepsOf({ ...both, branches }) }));
      await gate.reached;
      await reaches(b.engine, "run_1/both/a/bill", "waiting");
      ring.decide("apr_run_1/both/a/bill/pay", "approved");
      expect((await b.engine.resume("run_1/both/a/bill")).status).toBe("done");
      gate.open();
      expect((await running).status).toBe("waiting");
      const worker = b.engine.runWorker({ concurrency: 1, pollMs: 5, only: "parked" });
      await reaches(b.engine, "run_1", "done");
      await worker.stop();
    });

    test("of one item waits for nobody else's", async () => {
      ring.ask("crm.pay");
      const each = { for_each: [{ id: "a" }, { id: "b" }], as: "item", key: "${{ item.id }}" };
      const loop = { id: "each", kind: "for_each", max_parallel: 1, continue_on_error: false, ...each };
      const { engine } = await open();
      const plan = stepsOf({ ...loop, steps: [runs(child)] });
      await engine.run(request({ plan }));
      ring.decide("apr_run_1/each[b]/bill/pay", "approved");
      const run = await engine.resume("run_1");
      expect(run.waitsFor).toEqual([{ step: "each[a]/bill", run: "run_1/each[a]/bill" }]);
      expect((await engine.get("run_1/each[b]/bill"))?.status).toBe("done");
    });
  });
}
