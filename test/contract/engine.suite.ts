import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RingmainError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { Engine, StartRequest } from "../../src/engine/engine.ts";
import type { Fault } from "../../src/engine/run-error.ts";
import type { ExecutePlan } from "../../src/engine/tool-caller.ts";
import type { StepEvent } from "../../src/workflow/run-context.ts";
import { createGate, createRing, executeSteps, planOf, type Ring } from "./engine-ring.ts";

/** One process, as far as the others can see. */
interface Opened {
  engine: Engine;
  /** Does now what the engine does by itself every few seconds. */
  renew(): Promise<void>;
  /** From now on the process is gone; what it still does here is that of a process stopped and continued. */
  die(): void;
  faults: Fault[];
}

/** Opens engines over one fresh store. */
export interface EngineHarness {
  open(ring: Ring, executePlan: ExecutePlan): Promise<Opened>;
  /** Moves the clock of every engine. */
  advance(ms: number): void;
  dispose(): Promise<void>;
}

/** What every engine must do. */
export function testEngine(name: string, createHarness: () => Promise<EngineHarness>): void {
  describe(`the contract of an engine: ${name}`, () => {
    let harness: EngineHarness;
    let ring: Ring;
    beforeEach(async () => {
      harness = await createHarness();
      ring = createRing();
    });
    afterEach(() => harness.dispose());

    const open = (executePlan = executeSteps) => harness.open(ring, executePlan);
    const two = planOf([
      ["one", "crm.one"],
      ["two", "crm.two"],
    ]);
    const request = (overrides: Partial<StartRequest> = {}): StartRequest => ({
      runId: "run_1",
      plan: two,
      inputs: { deal: "D-1" },
      startedBy: "user:maria",
      ...overrides,
    });
    /** Waits until the run is in a state; every engine gets there by itself. */
    const reaches = (engine: Engine, runId: string, status: string) =>
      expect
        .poll(async () => (await engine.get(runId))?.status, { interval: 5, timeout: 10_000 })
        .toBe(status);

    describe("start", () => {
      test("records a run once, however often it is started", async () => {
        const [a, b] = [await open(), await open()];
        const first = await a.engine.start(request());
        const again = await b.engine.start(request({ inputs: { deal: "D-2" }, plan: planOf([]) }));
        expect(first).toMatchObject({ created: true, run: { status: "pending", interrupted: false } });
        expect(again).toEqual({ created: false, run: first.run });
        expect(again.run.inputs).toEqual({ deal: "D-1" });
        expect(ring.started).toEqual(["run_1"]);
        expect(ring.attempts).toEqual([]);
      });

      test("lets one of many concurrent starts create the run", async () => {
        const engines = [await open(), await open(), await open()];
        const answers = await Promise.all(
          engines.flatMap(({ engine }) => [engine.start(request()), engine.start(request())]),
        );
        expect(answers.filter(({ created }) => created)).toHaveLength(1);
        expect(ring.started).toEqual(["run_1"]);
      });
    });

    describe("executing", () => {
      test("calls each step with its own key and stores the outputs", async () => {
        const { engine } = await open();
        const events: StepEvent[] = [];
        const run = await engine.run(request(), { report: (event) => events.push(event) });
        expect(run).toMatchObject({
          status: "done",
          startedBy: "user:maria",
          agent: "tester",
          workflow: "example",
        });
        expect(run.outputs).toEqual({
          now: run.startedAt?.toISOString(),
          one: { step: "one" },
          two: { step: "two" },
        });
        expect(ring.attempts.map(({ key }) => key)).toEqual(["run_1/one", "run_1/two"]);
        expect(events.map(({ path, status }) => `${path} ${status}`)).toEqual([
          "one started",
          "one done",
          "two started",
          "two done",
        ]);
        expect(ring.ended).toMatchObject([{ runId: "run_1", status: "done" }]);
      });

      test("returns a run that has ended without doing anything", async () => {
        const { engine } = await open();
        const first = await engine.run(request());
        expect(await engine.run(request())).toEqual(first);
        expect(await engine.resume("run_1")).toEqual(first);
        expect(ring.attempts).toHaveLength(2);
        expect(ring.ended).toHaveLength(1);
      });

      test("keeps the plan that the run was started with", async () => {
        const { engine } = await open();
        await engine.start(request());
        await engine.run(request({ plan: planOf([["other", "crm.other"]]) }));
        expect(ring.attempts.map(({ tool }) => tool)).toEqual(["crm.one", "crm.two"]);
        expect((await engine.get("run_1"))?.plan).toEqual(two);
      });

      test("stores why a run failed", async () => {
        ring.on("crm.two", () => {
          throw new RingmainError("POLICY_DENIED", "No grant.", {
            hint: "Add one.",
            details: { step: "two" },
          });
        });
        const { engine } = await open();
        const run = await engine.run(request());
        expect(run.status).toBe("failed");
        expect(run.error).toEqual({
          code: "POLICY_DENIED",
          message: "No grant.",
          hint: "Add one.",
          step: "two",
        });
        expect(ring.ended).toMatchObject([{ status: "failed", error: { code: "POLICY_DENIED" } }]);
        expect(ring.attempts).toHaveLength(2);
      });

      test("shows nothing of an error that is not Ringmain's own", async () => {
        const bug = new Error("SELECT secret FROM somewhere");
        const { engine, faults } = await open(async () => {
          throw bug;
        });
        const { error } = await engine.run(request());
        expect(error?.code).toBe("INTERNAL");
        expect(JSON.stringify(error)).not.toContain("secret");
        expect(faults).toMatchObject([{ runId: "run_1", error: bug }]);
        expect(error?.message).toContain(faults[0]?.logId);
      });

      test("is not disturbed by a watcher that throws", async () => {
        const { engine } = await open();
        const report = () => {
          throw new Error("watcher");
        };
        expect((await engine.run(request(), { report })).status).toBe("done");
      });

      test("joins a run that this process executes already", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const { engine } = await open();
        const first = engine.run(request());
        await gate.reached;
        const second = engine.resume("run_1");
        gate.open();
        expect(await second).toEqual(await first);
        expect(ring.attempts).toHaveLength(2);
      });

      test("sends a call again, with its key, when the server was away", async () => {
        ring.on("crm.one", (_call, attempt) => {
          if (attempt < 3) throw new RingmainError("SERVER_UNAVAILABLE", "Gone.", { retryable: true });
          return "back";
        });
        const { engine } = await open();
        expect(await engine.run(request())).toMatchObject({ status: "done", outputs: { one: "back" } });
        expect(ring.attempts.map(({ key }) => key)).toEqual([
          "run_1/one",
          "run_1/one",
          "run_1/one",
          "run_1/two",
        ]);
        expect(ring.effects()).toEqual(["run_1/one", "run_1/two"]);
      });

      test("refuses what does not exist", async () => {
        const { engine } = await open();
        await expect(engine.resume("run_x")).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(engine.cancel("run_x")).rejects.toMatchObject({ code: "NOT_FOUND" });
        expect(await engine.get("run_x")).toBeUndefined();
      });
    });

    describe("a process that dies", () => {
      test("leaves its run to another one, which repeats no completed call", async () => {
        const gate = createGate();
        ring.on("crm.two", gate.pass);
        const [a, b] = [await open(), await open()];
        void a.engine.run(request());
        await gate.reached;
        a.die();
        const [before] = await b.engine.list({ interrupted: true });
        expect(before).toMatchObject({ id: "run_1", status: "running" });
        harness.advance(5_000);
        ring.on("crm.two", () => "by the second");
        const run = await b.engine.resume("run_1");
        expect(run).toMatchObject({ status: "done", outputs: { two: "by the second" } });
        // `now` is the same for the steps before and after.
        expect(run.outputs?.now).toBe(before?.startedAt?.toISOString());
        expect(run.startedAt).toEqual(before?.startedAt);
        expect(ring.attempts.map(({ key }) => key)).toEqual(["run_1/one", "run_1/two", "run_1/two"]);
      });

      test("may have committed a call whose answer it never saw", async () => {
        const gate = createGate();
        ring.beforeAnswer = async (call) => {
          if (call.path === "two") await gate.pass();
        };
        const [a, b] = [await open(), await open()];
        void a.engine.run(request());
        await gate.reached;
        a.die();
        expect((await b.engine.resume("run_1")).status).toBe("done");
        expect(ring.attempts).toHaveLength(2);
        expect(ring.effects()).toEqual(["run_1/one", "run_1/two"]);
      });

      test("leaves refusals behind that are not asked again", async () => {
        const gate = createGate();
        ring.on("crm.one", () => {
          throw new RingmainError("POLICY_DENIED", "No.");
        });
        ring.on("crm.two", gate.pass);
        const goesOn: ExecutePlan = async (_plan, context) => {
          const refused = await context
            .call({ path: "one", tool: "crm.one", arguments: {} })
            .catch((error: unknown) => (error instanceof RingmainError ? error.code : "?"));
          const two = await context.call({ path: "two", tool: "crm.two", arguments: {} });
          return { one: typeof refused === "string" ? refused : "not refused", two: two.result };
        };
        const [a, b] = [await open(goesOn), await open(goesOn)];
        void a.engine.run(request());
        await gate.reached;
        a.die();
        ring.on("crm.two", () => "second");
        expect((await b.engine.resume("run_1")).outputs).toEqual({ one: "POLICY_DENIED", two: "second" });
        expect(ring.attempts.filter(({ path }) => path === "one")).toHaveLength(1);
      });

      test("cannot end the run when it turns out to be alive", async () => {
        const [gateA, gateB] = [createGate(), createGate()];
        ring.on("crm.two", (_call, attempt) => (attempt === 1 ? gateA.pass() : gateB.pass()));
        const [a, b] = [await open(), await open()];
        const stale = a.engine.run(request());
        await gateA.reached;
        a.die();
        const taken = b.engine.resume("run_1");
        await gateB.reached;
        gateA.open();
        // It came to the end of the plan first, but the run is not its any more.
        expect((await stale).status).toBe("running");
        expect(ring.ended).toEqual([]);
        gateB.open();
        expect((await taken).status).toBe("done");
        expect(ring.ended).toHaveLength(1);
      });

      test("cannot mark business keys any more", async () => {
        const gate = createGate();
        const marks: ExecutePlan = async (_plan, context) => {
          await gate.pass();
          await context.markOnce("key", "one");
          return {};
        };
        const [a, b] = [await open(marks), await open(async () => ({ by: "second" }))];
        const stale = a.engine.run(request());
        await gate.reached;
        a.die();
        await b.engine.resume("run_1");
        gate.open();
        expect(await stale).toMatchObject({ status: "done", outputs: { by: "second" } });
        expect(ring.journal.findOnce("key")).toBeUndefined();
      });
    });

    describe("what a run remembers", () => {
      const remembers =
        (value: Json): ExecutePlan =>
        async (_plan, context) => {
          const before = context.recall("due") ?? "nothing";
          await context.remember("due", value);
          const { result } = await context.call({ path: "one", tool: "crm.one", arguments: {} });
          return { before, after: context.recall("due") ?? "nothing", result };
        };

      test("is there for the next execution, and the first value stays", async () => {
        const gate = createGate();
        ring.on("crm.one", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
        const [a, b] = [await open(remembers({ at: 1 })), await open(remembers({ at: 2 }))];
        void a.engine.run(request());
        await gate.reached;
        a.die();
        const { outputs } = await b.engine.resume("run_1");
        expect(outputs).toEqual({ before: { at: 1 }, after: { at: 1 }, result: "second" });
        gate.open();
      });

      test("is its own", async () => {
        const { engine } = await open(remembers("mine"));
        await engine.run(request());
        expect((await engine.run(request({ runId: "run_2" }))).outputs).toMatchObject({ before: "nothing" });
      });

      test("is not written by a process that lost the run", async () => {
        const gate = createGate();
        const late: ExecutePlan = async (_plan, context) => {
          await gate.pass();
          await context.remember("due", "stale");
          return {};
        };
        const [a, b] = [await open(late), await open(remembers("fresh"))];
        const second = createGate();
        ring.on("crm.one", second.pass);
        const stale = a.engine.run(request());
        await gate.reached;
        a.die();
        const taken = b.engine.resume("run_1");
        await second.reached;
        gate.open();
        expect((await stale).status).toBe("running");
        second.open();
        expect((await taken).outputs).toMatchObject({ before: "nothing", after: "fresh" });
      });
    });

    describe("a living process", () => {
      test("keeps its run", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const [a, b] = [await open(), await open()];
        const running = a.engine.run(request());
        await gate.reached;
        await expect(b.engine.resume("run_1")).rejects.toMatchObject({ code: "STATE_INVALID" });
        for (let beat = 0; beat < 5; beat += 1) {
          harness.advance(6_000);
          await a.renew();
        }
        await expect(b.engine.run(request())).rejects.toMatchObject({ code: "STATE_INVALID" });
        expect(await b.engine.list({ interrupted: true })).toEqual([]);
        gate.open();
        expect((await running).status).toBe("done");
      });

      test("loses its run when it is silent for ten seconds, and stops when it notices", async () => {
        const gate = createGate();
        ring.on("crm.one", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
        const [a, b] = [await open(), await open()];
        const stale = a.engine.run(request());
        await gate.reached;
        harness.advance(9_999);
        await expect(b.engine.resume("run_1")).rejects.toMatchObject({ code: "STATE_INVALID" });
        harness.advance(1);
        expect(await b.engine.resume("run_1")).toMatchObject({ status: "done", outputs: { one: "second" } });
        await a.renew();
        expect((await stale).status).toBe("done");
        expect(ring.attempts.filter(({ path }) => path === "two")).toHaveLength(1);
        expect(ring.ended).toHaveLength(1);
        gate.open();
      });

      test("frees its runs when it closes, and reports nothing as failed", async () => {
        const gate = createGate();
        ring.on("crm.two", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
        const [a, b] = [await open(), await open()];
        const events: StepEvent[] = [];
        const reporting: ExecutePlan = async (plan, context) => {
          try {
            return await executeSteps(plan, context);
          } catch (error) {
            context.report({ runId: "run_1", path: "two", stepId: "two", kind: "call", status: "failed" });
            throw error;
          }
        };
        const c = await open(reporting);
        const interrupted = c.engine.run(request(), { report: (event) => events.push(event) });
        await gate.reached;
        await c.engine.close();
        expect(await interrupted).toMatchObject({ status: "running", interrupted: true });
        expect(events.map(({ status }) => status)).not.toContain("failed");
        await expect(c.engine.start(request())).rejects.toMatchObject({ code: "STATE_INVALID" });
        expect((await b.engine.resume("run_1")).status).toBe("done");
        expect((await a.engine.get("run_1"))?.status).toBe("done");
      });
    });

    describe("cancel", () => {
      test("ends a run that waits, at once and once", async () => {
        const { engine } = await open();
        await engine.start(request());
        expect((await engine.cancel("run_1")).status).toBe("cancelled");
        expect((await engine.cancel("run_1")).status).toBe("cancelled");
        expect((await engine.resume("run_1")).status).toBe("cancelled");
        expect(ring.ended).toMatchObject([{ status: "cancelled" }]);
        expect(ring.attempts).toEqual([]);
      });

      test("stops a run in this process, also in a loop that goes on after errors", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const stubborn: ExecutePlan = async (_plan, context) => {
          for (const path of ["one", "two"]) {
            await context.call({ path, tool: `crm.${path}`, arguments: {} }).catch(() => {});
          }
          return {};
        };
        const { engine } = await open(stubborn);
        const running = engine.run(request());
        await gate.reached;
        expect((await engine.cancel("run_1")).status).toBe("cancelled");
        expect((await running).status).toBe("cancelled");
        expect(ring.attempts.map(({ path }) => path)).toEqual(["one"]);
      });

      test("reaches a run in another process with its next renewal", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const [a, b] = [await open(), await open()];
        const running = a.engine.run(request());
        await gate.reached;
        expect(await b.engine.cancel("run_1")).toMatchObject({ status: "running", cancelRequested: true });
        await a.renew();
        expect((await running).status).toBe("cancelled");
        expect(ring.ended).toHaveLength(1);
      });

      test("holds when the process that should have noticed dies", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const [a, b] = [await open(), await open()];
        void a.engine.run(request());
        await gate.reached;
        await b.engine.cancel("run_1");
        a.die();
        expect((await b.engine.resume("run_1")).status).toBe("cancelled");
        expect(ring.attempts).toHaveLength(1);
      });

      test("ends an interrupted run, against its former process", async () => {
        const gate = createGate();
        ring.on("crm.two", gate.pass);
        const [a, b] = [await open(), await open()];
        const stale = a.engine.run(request());
        await gate.reached;
        a.die();
        expect((await b.engine.cancel("run_1")).status).toBe("cancelled");
        gate.open();
        expect((await stale).status).toBe("cancelled");
        expect(ring.ended).toMatchObject([{ status: "cancelled" }]);
      });

      test("is refused for a run that is done", async () => {
        const { engine } = await open();
        await engine.run(request());
        await expect(engine.cancel("run_1")).rejects.toMatchObject({ code: "STATE_INVALID" });
      });
    });

    describe("limits", () => {
      test("a run that takes too long fails with TIMEOUT", async () => {
        ring.on("crm.one", () => new Promise(() => {}));
        const { engine } = await open();
        const run = await engine.run(request({ plan: planOf([["one", "crm.one"]], { durationMs: 20 }) }));
        expect(run).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
      });

      test("the time in which nobody executed a run does not count", async () => {
        const gate = createGate();
        const slow = planOf([["one", "crm.one"]], { durationMs: 60_000 });
        ring.on("crm.one", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
        const [a, b] = [await open(), await open()];
        const first = a.engine.run(request({ plan: slow }));
        await gate.reached;
        harness.advance(30_000);
        await a.engine.close();
        await first;
        harness.advance(86_400_000);
        expect((await b.engine.resume("run_1")).status).toBe("done");
      });

      test("the time used before an interruption counts", async () => {
        const gate = createGate();
        const slow = planOf([["one", "crm.one"]], { durationMs: 60_000 });
        ring.on("crm.one", (_call, attempt) => (attempt === 1 ? gate.pass() : new Promise(() => {})));
        const [a, b] = [await open(), await open()];
        const first = a.engine.run(request({ plan: slow }));
        await gate.reached;
        harness.advance(60_000);
        await a.engine.close();
        await first;
        expect(await b.engine.resume("run_1")).toMatchObject({ error: { code: "TIMEOUT" } });
      });
    });

    describe("a worker", () => {
      test("executes what is started, at most so many at a time", async () => {
        let active = 0;
        let most = 0;
        ring.on("crm.one", async () => {
          active += 1;
          most = Math.max(most, active);
          await new Promise((resolve) => setImmediate(resolve));
          active -= 1;
          return null;
        });
        const { engine } = await open();
        const worker = engine.runWorker({ concurrency: 3 });
        const ids = Array.from({ length: 12 }, (_, index) => `run_${index}`);
        await Promise.all(ids.map((runId) => engine.start(request({ runId }))));
        for (const id of ids) await reaches(engine, id, "done");
        await worker.stop();
        expect(most).toBe(3);
        expect(ring.attempts).toHaveLength(24);
      });

      test("takes over what a dead process left behind, and what others started", async () => {
        const gate = createGate();
        ring.on("crm.two", (_call, attempt) => (attempt === 1 ? gate.pass() : "second"));
        const [a, b, c] = [await open(), await open(), await open()];
        void a.engine.run(request());
        await gate.reached;
        const worker = b.engine.runWorker({ concurrency: 2, pollMs: 5 });
        a.die();
        await reaches(b.engine, "run_1", "done");
        await c.engine.start(request({ runId: "run_2", plan: planOf([["one", "crm.one"]]) }));
        await reaches(b.engine, "run_2", "done");
        await worker.stop();
      });

      test("shares the work with others, and nothing is executed twice", async () => {
        const first = await open();
        const opened = [first, await open(), await open()];
        const ids = Array.from({ length: 30 }, (_, index) => `run_${index}`);
        for (const runId of ids) await first.engine.start(request({ runId }));
        const workers = opened.map(({ engine }) => engine.runWorker({ concurrency: 4, pollMs: 5 }));
        for (const id of ids) await reaches(first.engine, id, "done");
        await Promise.all(workers.map((worker) => worker.stop()));
        expect(ring.attempts).toHaveLength(60);
        expect(new Set(ring.attempts.map(({ key }) => key)).size).toBe(60);
        expect(ring.ended).toHaveLength(30);
      });

      test("waits for its runs when it is stopped, and claims no more", async () => {
        const gate = createGate();
        ring.on("crm.one", gate.pass);
        const { engine } = await open();
        const worker = engine.runWorker({ concurrency: 1, pollMs: 5 });
        await engine.start(request());
        await engine.start(request({ runId: "run_2" }));
        await gate.reached;
        const stopped = worker.stop();
        gate.open();
        await stopped;
        expect((await engine.get("run_1"))?.status).toBe("done");
        expect((await engine.get("run_2"))?.status).toBe("pending");
      });
    });

    test("lists the newest runs first, by workflow and status", async () => {
      const { engine } = await open();
      for (const [index, workflow] of ["a", "b", "a", "a"].entries()) {
        harness.advance(1_000);
        await engine.start(request({ runId: `run_${index}`, plan: { ...two, workflow } }));
      }
      await engine.resume("run_2");
      const ids = async (filter: Parameters<Engine["list"]>[0]) =>
        (await engine.list(filter)).map(({ id }) => id);
      expect(await ids({})).toEqual(["run_3", "run_2", "run_1", "run_0"]);
      expect(await ids({ workflow: "a" })).toEqual(["run_3", "run_2", "run_0"]);
      expect(await ids({ workflow: "a", status: ["pending", "running"] })).toEqual(["run_3", "run_0"]);
      expect(await ids({ limit: 2 })).toEqual(["run_3", "run_2"]);
      expect(await ids({ status: [] })).toEqual([]);
    });
  });
}
