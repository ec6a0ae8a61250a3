import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RingmainError } from "../../src/core/errors.ts";
import type { Engine, StartRequest } from "../../src/engine/engine.ts";
import type { ExecutePlan } from "../../src/engine/tool-caller.ts";
import { executePlan } from "../../src/workflow/execute.ts";
import type { Plan } from "../../src/workflow/plan.ts";
import type { EngineHarness } from "./engine.suite.ts";
import { createGate, createRing, executeSteps, planOf, type Ring } from "./engine-ring.ts";

const three = planOf([
  ["one", "crm.one"],
  ["pay", "crm.pay"],
  ["last", "crm.last"],
]);

/** A plan that calls `crm.pay` for each of some items and then `crm.last`. */
function loopOf(items: string[], more: { max_parallel?: number; continue_on_error?: boolean } = {}): Plan {
  const pay = { id: "pay", kind: "call", call: "crm.pay", with: { to: "${{ item.id }}" }, writes: true };
  const last = { id: "last", kind: "call", call: "crm.last", with: {}, writes: true };
  const each = { for_each: items.map((id) => ({ id })), as: "item", key: "${{ item.id }}" };
  const loop = { id: "each", kind: "for_each", max_parallel: 1, continue_on_error: false, ...more, ...each };
  const outputs = { failed: "${{ steps.each.failed }}", done: "${{ steps.each.done }}" };
  return { ...planOf([]), steps: [{ ...loop, steps: [pay] }, last], outputs };
}

/** What every engine must do with a run whose calls wait for a person. */
export function testWaiting(name: string, createHarness: () => Promise<EngineHarness>): void {
  describe(`a run that waits for a person: ${name}`, () => {
    let harness: EngineHarness;
    let ring: Ring;
    beforeEach(async () => {
      harness = await createHarness();
      ring = createRing();
      ring.ask("crm.pay");
    });
    afterEach(() => harness.dispose());

    const open = (execute: ExecutePlan = executeSteps) => harness.open(ring, execute);
    const request = (overrides: Partial<StartRequest> = {}): StartRequest => ({
      runId: "run_1",
      plan: three,
      inputs: {},
      startedBy: "user:maria",
      ...overrides,
    });
    const reaches = (engine: Engine, runId: string, status: string) =>
      expect
        .poll(async () => (await engine.get(runId))?.status, { interval: 5, timeout: 10_000 })
        .toBe(status);
    /** How often a call was sent. */
    const sent = (path: string) => ring.attempts.filter((call) => call.path === path).length;

    test("is parked with what it waits for; nobody holds it, and nothing is recorded as its end", async () => {
      const { engine } = await open();
      const run = await engine.run(request());
      expect(run).toMatchObject({
        status: "waiting",
        interrupted: false,
        waitsFor: [{ step: "pay", approval: "apr_run_1/pay" }],
      });
      expect(run.error).toBeUndefined();
      expect(run.finishedAt).toBeUndefined();
      expect(await engine.list({ status: ["waiting"] })).toEqual([run]);
      expect(await engine.list({ status: ["pending", "running"] })).toEqual([]);
      expect(ring.ended).toEqual([]);
      expect([sent("one"), sent("pay"), sent("last")]).toEqual([1, 1, 0]);
    });

    test("makes no call when it is taken up before anybody has decided", async () => {
      const [a, b] = [await open(), await open()];
      const parked = await a.engine.run(request());
      expect(await b.engine.resume("run_1")).toEqual(parked);
      expect(await b.engine.run(request())).toEqual(parked);
      expect(ring.attempts).toHaveLength(2);
    });

    test("goes on after the yes, in any process, and repeats no call", async () => {
      const [a, b] = [await open(), await open()];
      await a.engine.run(request());
      ring.decide("apr_run_1/pay", "approved");
      const run = await b.engine.resume("run_1");
      expect(run).toMatchObject({ status: "done", outputs: { pay: { step: "pay" } } });
      expect(run.waitsFor).toBeUndefined();
      expect([sent("one"), sent("pay"), sent("last")]).toEqual([1, 2, 1]);
      expect(ring.effects()).toEqual(["run_1/one", "run_1/pay", "run_1/last"]);
      expect(ring.ended).toMatchObject([{ status: "done" }]);
    });

    test.each(["rejected", "expired"] as const)("fails when it was %s", async (how) => {
      const { engine } = await open();
      await engine.run(request());
      const worker = engine.runWorker({ concurrency: 1, pollMs: 5, only: "parked" });
      ring.decide("apr_run_1/pay", how);
      await reaches(engine, "run_1", "failed");
      await worker.stop();
      expect((await engine.get("run_1"))?.error).toMatchObject({ code: "APPROVAL_REJECTED" });
      expect(ring.effects()).toEqual(["run_1/one"]);
      expect(ring.ended).toHaveLength(1);
    });

    test("keeps a rejection: who takes the run over later does not ask again", async () => {
      const gate = createGate();
      ring.on("crm.last", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
      const plan = loopOf(["a"], { continue_on_error: true });
      const [a, b] = [await open(executePlan), await open(executePlan)];
      await a.engine.run(request({ plan }));
      ring.decide("apr_run_1/each[a]/pay", "rejected");
      const stale = a.engine.resume("run_1");
      await gate.reached;
      a.die();
      expect(await b.engine.resume("run_1")).toMatchObject({ status: "done", outputs: { failed: 1 } });
      expect(sent("each[a]/pay")).toBe(2);
      gate.open();
      await stale;
    });

    test("is taken up by a worker once it is decided, and not before", async () => {
      const [a, b] = [await open(), await open()];
      const ended: string[] = [];
      const worker = b.engine.runWorker({
        concurrency: 1,
        pollMs: 5,
        ended: ({ id, status }) => void ended.push(`${id} ${status}`),
      });
      await a.engine.start(request());
      await reaches(a.engine, "run_1", "waiting");
      // its slot is free: another run gets through
      await a.engine.start(request({ runId: "run_2", plan: planOf([["one", "crm.one"]]) }));
      await reaches(a.engine, "run_2", "done");
      expect(sent("pay")).toBe(1);
      ring.decide("apr_run_1/pay", "approved");
      await reaches(a.engine, "run_1", "done");
      await worker.stop();
      expect(ended).toEqual(["run_1 waiting", "run_2 done", "run_1 done"]);
    });

    describe("for a moment", () => {
      const pause = { id: "pause", kind: "wait", for_ms: 3_600_000 };
      const calling = (id: string) => ({ id, kind: "call", call: `crm.${id}`, with: {}, writes: true });
      const plan: Plan = { ...planOf([]), steps: [calling("one"), pause, calling("last")] };
      const until = "2026-11-23T09:00:00.000Z";

      test("is parked until then, and comes to the same moment whoever takes it up before", async () => {
        const [a, b] = [await open(executePlan), await open(executePlan)];
        const parked = await a.engine.run(request({ plan }));
        expect(parked).toMatchObject({ status: "waiting", waitsFor: [{ step: "pause", until }] });
        harness.advance(3_599_000 - 6_000);
        expect(await b.engine.resume("run_1")).toMatchObject({
          status: "waiting",
          waitsFor: [{ step: "pause", until }],
        });
        expect([sent("one"), sent("last")]).toEqual([1, 0]);
        harness.advance(7_000);
        expect((await b.engine.resume("run_1")).status).toBe("done");
        expect([sent("one"), sent("last")]).toEqual([1, 1]);
      });

      test("is taken up by a worker when it has come, and not before", async () => {
        const { engine } = await open(executePlan);
        const taken: string[] = [];
        const worker = engine.runWorker({
          concurrency: 1,
          pollMs: 5,
          only: "parked",
          taken: ({ id }) => void taken.push(id),
        });
        await engine.run(request({ plan }));
        await engine.run(
          request({ runId: "run_2", plan: { ...plan, steps: [{ ...pause, for_ms: 60_000 }] } }),
        );
        harness.advance(60_000);
        await reaches(engine, "run_2", "done");
        expect(taken).toEqual(["run_2"]);
        harness.advance(3_540_000);
        await reaches(engine, "run_1", "done");
        await worker.stop();
        expect(taken).toEqual(["run_2", "run_1"]);
      });

      test("is not missed until the next look of a worker", async () => {
        const { engine } = await open(executePlan);
        await engine.run(request({ plan }));
        harness.advance(3_599_999);
        const worker = engine.runWorker({ concurrency: 1, pollMs: 60_000 });
        harness.advance(1);
        await reaches(engine, "run_1", "done");
        await worker.stop();
      });

      test("goes on beside a person's decision, each when it comes", async () => {
        const { engine } = await open(executePlan);
        const both = { id: "both", kind: "parallel", continue_on_error: false, max_parallel: 2 };
        const branches = [
          { name: "money", steps: [calling("pay"), calling("one")] },
          { name: "time", steps: [pause, calling("last")] },
        ];
        await engine.run(request({ plan: { ...planOf([]), steps: [{ ...both, branches }] } }));
        const asked = { step: "both/money/pay", approval: "apr_run_1/both/money/pay" };
        const waits = { step: "both/time/pause", until };
        expect((await engine.get("run_1"))?.waitsFor).toEqual([asked, waits]);
        harness.advance(3_600_000);
        expect((await engine.resume("run_1")).waitsFor).toEqual([asked]);
        expect([sent("both/time/last"), sent("both/money/one")]).toEqual([1, 0]);
        ring.decide(asked.approval, "approved");
        expect((await engine.resume("run_1")).status).toBe("done");
        expect([sent("both/time/last"), sent("both/money/one")]).toEqual([1, 1]);
      });

      test("is waited for without parking when it is near, and ends with its run", async () => {
        const { engine } = await open(executePlan);
        const soon = { ...plan, steps: [{ ...pause, for_ms: 2_000 }, calling("last")] };
        expect((await engine.run(request({ plan: soon }))).status).toBe("done");
        await engine.run(request({ runId: "run_2", plan }));
        expect((await engine.cancel("run_2")).status).toBe("cancelled");
        harness.advance(3_600_000);
        expect((await engine.resume("run_2")).status).toBe("cancelled");
      });
    });

    test("is executed by one process only, however many look for decided runs", async () => {
      const first = await open();
      const opened = [first, await open(), await open()];
      const ids = Array.from({ length: 20 }, (_, index) => `run_${index}`);
      for (const runId of ids) await first.engine.run(request({ runId }));
      for (const id of ids) ring.decide(`apr_${id}/pay`, "approved");
      const workers = opened.map(({ engine }) => engine.runWorker({ concurrency: 4, pollMs: 5 }));
      for (const id of ids) await reaches(first.engine, id, "done");
      await Promise.all(workers.map((worker) => worker.stop()));
      expect([sent("one"), sent("pay"), sent("last")]).toEqual([20, 40, 20]);
      expect(ring.ended).toHaveLength(20);
    });

    describe("in a loop", () => {
      test("lets the other items go on, and then waits for all that were asked", async () => {
        ring.on("crm.pay", free("b", "d"));
        const { engine } = await open(executePlan);
        const plan = loopOf(["a", "b", "c", "d"]);
        const run = await engine.run(request({ plan }));
        expect(run.waitsFor).toEqual([
          { step: "each[a]/pay", approval: "apr_run_1/each[a]/pay" },
          { step: "each[c]/pay", approval: "apr_run_1/each[c]/pay" },
        ]);
        expect(ring.effects()).toEqual(["run_1/each[b]/pay", "run_1/each[d]/pay"]);
        expect(sent("last")).toBe(0);
      });

      test("goes on item by item as they are decided, and sends no call that still waits", async () => {
        const { engine } = await open(executePlan);
        const items = ["a", "b", "c"];
        const plan = loopOf(items, { continue_on_error: true, max_parallel: 2 });
        await engine.run(request({ plan }));
        for (const [item, how] of [
          ["b", "rejected"],
          ["a", "approved"],
        ] as const) {
          ring.decide(`apr_run_1/each[${item}]/pay`, how);
          expect((await engine.resume("run_1")).status).toBe("waiting");
        }
        expect(items.map((item) => sent(`each[${item}]/pay`))).toEqual([2, 2, 1]);
        ring.decide("apr_run_1/each[c]/pay", "approved");
        const run = await engine.resume("run_1");
        expect(run).toMatchObject({ status: "done", outputs: { done: 2, failed: 1 } });
        expect(items.map((item) => sent(`each[${item}]/pay`))).toEqual([2, 2, 2]);
        expect(ring.effects()).toEqual(["run_1/each[a]/pay", "run_1/each[c]/pay", "run_1/last"]);
      });

      test("waits for an item that was begun, also when another one has failed", async () => {
        const asked = free("b");
        ring.on("crm.pay", (call) => {
          if (call.path === "each[b]/pay") throw new RingmainError("NOT_FOUND", "No account.");
          return asked(call);
        });
        const { engine } = await open(executePlan);
        const run = await engine.run(request({ plan: loopOf(["a", "b", "c"]) }));
        expect(run.waitsFor).toHaveLength(1);
        expect(sent("each[c]/pay")).toBe(0);
        ring.decide("apr_run_1/each[a]/pay", "approved");
        expect(await engine.resume("run_1")).toMatchObject({
          status: "failed",
          error: { code: "NOT_FOUND", step: "each[b]/pay" },
        });
        expect(ring.effects()).toEqual(["run_1/each[a]/pay"]);
        expect([sent("each[a]/pay"), sent("each[b]/pay"), sent("each[c]/pay")]).toEqual([2, 1, 0]);
      });

      /** Asks for all items but some. */
      function free(...items: string[]) {
        ring.ask("crm.pay");
        const asked = ring.handlerOf("crm.pay");
        return (call: Parameters<typeof asked>[0]) =>
          items.includes(String(call.arguments.to)) ? call.arguments : asked(call, 1);
      }
    });

    describe("in a branch", () => {
      const call = (id: string, tool: string) => ({ id, kind: "call", call: tool, with: {}, writes: true });
      const branches = [
        { name: "money", steps: [call("pay", "crm.pay"), call("paid", "crm.one")] },
        { name: "goods", steps: [call("pick", "crm.pick"), call("ship", "crm.ship")] },
      ];
      const both = { id: "both", kind: "parallel", branches, continue_on_error: false };
      const plan: Plan = { ...planOf([]), steps: [both, call("last", "crm.last")] };

      test("lets the others come to their end, and repeats none of their calls when it goes on", async () => {
        const [a, b] = [await open(executePlan), await open(executePlan)];
        const run = await a.engine.run(request({ plan }));
        expect(run.waitsFor).toEqual([{ step: "both/money/pay", approval: "apr_run_1/both/money/pay" }]);
        expect(ring.effects()).toEqual(["run_1/both/goods/pick", "run_1/both/goods/ship"]);
        a.die();
        ring.decide("apr_run_1/both/money/pay", "approved");
        expect(await b.engine.resume("run_1")).toMatchObject({ status: "done" });
        const paths = ["money/pay", "money/paid", "goods/pick", "goods/ship"].map((path) => `both/${path}`);
        expect([...paths, "last"].map(sent)).toEqual([2, 1, 1, 1, 1]);
      });

      test("killed in the middle, repeats no call of any branch that was answered", async () => {
        const gate = createGate();
        ring.on("crm.pay", () => null);
        ring.beforeAnswer = async (sent) => {
          if (sent.path === "both/goods/ship") await gate.pass();
        };
        const [a, b] = [await open(executePlan), await open(executePlan)];
        const stale = a.engine.run(request({ plan }));
        await gate.reached;
        await expect.poll(() => sent("both/money/paid"), { interval: 5 }).toBe(1);
        a.die();
        expect(await b.engine.resume("run_1")).toMatchObject({ status: "done" });
        expect(ring.effects().sort()).toEqual(
          ["both/goods/pick", "both/goods/ship", "both/money/paid", "both/money/pay", "last"].map(
            (path) => `run_1/${path}`,
          ),
        );
        expect([sent("both/goods/pick"), sent("both/money/pay")]).toEqual([1, 1]);
        gate.open();
        await stale;
      });
    });

    describe("cancelling", () => {
      test("ends it at once, and no decision brings it back", async () => {
        const [a, b] = [await open(), await open()];
        await a.engine.run(request());
        const run = await b.engine.cancel("run_1");
        expect(run.status).toBe("cancelled");
        expect(run.waitsFor).toBeUndefined();
        ring.decide("apr_run_1/pay", "approved");
        expect((await a.engine.resume("run_1")).status).toBe("cancelled");
        expect(sent("pay")).toBe(1);
        expect(ring.ended).toMatchObject([{ status: "cancelled" }]);
      });

      test("reaches it also when it comes to its wait before it has noticed", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const [a, b] = [await open(), await open()];
        const running = a.engine.run(request());
        await gate.reached;
        await b.engine.cancel("run_1");
        gate.open();
        expect((await running).status).toBe("cancelled");
        expect(ring.ended).toMatchObject([{ status: "cancelled" }]);
      });
    });

    describe("when its process is killed", () => {
      test("goes on elsewhere, for nothing of it was there", async () => {
        const [a, b] = [await open(), await open()];
        await a.engine.run(request());
        a.die();
        expect((await b.engine.get("run_1"))?.status).toBe("waiting");
        ring.decide("apr_run_1/pay", "approved");
        const worker = b.engine.runWorker({ concurrency: 1, pollMs: 5 });
        await reaches(b.engine, "run_1", "done");
        await worker.stop();
        expect([sent("one"), sent("pay"), sent("last")]).toEqual([1, 2, 1]);
      });

      test("between the refusal and the parking, waits for the same request elsewhere", async () => {
        const gate = createGate();
        const hangs: ExecutePlan = (plan, context) =>
          executeSteps(plan, context).catch(async (error: unknown) => {
            await gate.pass();
            throw error;
          });
        const [a, b] = [await open(hangs), await open()];
        const stale = a.engine.run(request());
        await gate.reached;
        a.die();
        const run = await b.engine.resume("run_1");
        expect(run.waitsFor).toEqual([{ step: "pay", approval: "apr_run_1/pay" }]);
        ring.decide("apr_run_1/pay", "approved");
        expect((await b.engine.resume("run_1")).status).toBe("done");
        // the process that was thought dead cannot park it any more
        gate.open();
        expect((await stale).status).toBe("done");
        expect(ring.effects()).toEqual(["run_1/one", "run_1/pay", "run_1/last"]);
        expect(ring.ended).toHaveLength(1);
      });

      test("while it goes on after a yes, remembers what the other items wait for", async () => {
        const gate = createGate();
        ring.beforeAnswer = async (call) => {
          if (call.path === "each[a]/pay") await gate.pass();
        };
        const plan = loopOf(["a", "b"], { max_parallel: 2 });
        const [a, b] = [await open(executePlan), await open(executePlan)];
        await a.engine.run(request({ plan }));
        ring.decide("apr_run_1/each[a]/pay", "approved");
        const stale = a.engine.resume("run_1");
        await gate.reached;
        a.die();
        expect((await b.engine.resume("run_1")).waitsFor).toEqual([
          { step: "each[b]/pay", approval: "apr_run_1/each[b]/pay" },
        ]);
        expect([sent("each[a]/pay"), sent("each[b]/pay")]).toEqual([2, 1]);
        gate.open();
        await stale;
      });
    });

    describe("the duration that its workflow allows", () => {
      const plan = { ...three, limits: { durationMs: 60_000 } };

      test("does not run while a person thinks", async () => {
        const { engine } = await open();
        await engine.run(request({ plan }));
        harness.advance(7 * 86_400_000);
        ring.decide("apr_run_1/pay", "approved");
        expect((await engine.resume("run_1")).status).toBe("done");
      });

      test("keeps what was used up before", async () => {
        ring.on("crm.one", () => {
          harness.advance(60_000);
          return null;
        });
        ring.on("crm.last", () => new Promise(() => {}));
        const { engine } = await open();
        expect((await engine.run(request({ plan }))).status).toBe("waiting");
        ring.decide("apr_run_1/pay", "approved");
        expect(await engine.resume("run_1")).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
      });
    });

    test("a worker for decided runs only takes no other, and tells whom it has taken", async () => {
      const { engine } = await open();
      await engine.start(request({ runId: "run_0" }));
      await engine.run(request());
      ring.decide("apr_run_1/pay", "approved");
      const taken: string[] = [];
      const worker = engine.runWorker({
        concurrency: 4,
        pollMs: 5,
        only: "parked",
        taken: ({ id, status, plan }, ended) => {
          taken.push(`${id} ${status} ${plan.workflow}`);
          void ended.then((run) => taken.push(`${run.id} ${run.status}`));
        },
      });
      await reaches(engine, "run_1", "done");
      await worker.stop();
      expect(taken).toEqual(["run_1 running example", "run_1 done"]);
      expect((await engine.get("run_0"))?.status).toBe("pending");
    });

    test("does not turn in circles, when a server still says that it waits after the decision", async () => {
      const { engine } = await open();
      await engine.run(request());
      ring.forget("apr_run_1/pay");
      const worker = engine.runWorker({ concurrency: 1, pollMs: 5 });
      await expect.poll(() => sent("pay"), { interval: 5 }).toBeGreaterThan(1);
      for (const runId of ["run_2", "run_3"]) {
        await engine.start(request({ runId, plan: planOf([["one", "crm.one"]]) }));
        await reaches(engine, runId, "done");
      }
      expect(sent("pay")).toBe(2);
      harness.advance(60_000);
      await expect.poll(() => sent("pay"), { interval: 5 }).toBeGreaterThan(2);
      await worker.stop();
    });

    test("a refusal that names no request is a failure", async () => {
      ring.on("crm.pay", () => {
        throw new RingmainError("APPROVAL_REQUIRED", "Ask somebody.");
      });
      const { engine } = await open();
      expect(await engine.run(request())).toMatchObject({
        status: "failed",
        error: { code: "APPROVAL_REQUIRED" },
      });
    });
  });
}
