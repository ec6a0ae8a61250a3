import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RingmainError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { Engine, Run } from "../../src/engine/engine.ts";
import type { CallerFor } from "../../src/engine/tool-caller.ts";
import { executePlan } from "../../src/workflow/execute.ts";
import type { Plan, PlanStep } from "../../src/workflow/plan.ts";
import { propertyRuns, propertyTimeout } from "../helpers/property-runs.ts";
import { createRing, planOf, type Ring } from "./engine-ring.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";

/**
 * Random workflows, killed at random: before a call, or after it was committed and before it was answered; the clock is set
 * forth and back between. What a run comes to, and what it has done to the world, must be what it is without any kill.
 */
type Shape =
  | { kind: "call"; goesOn: boolean; retry: boolean }
  | { kind: "wait"; hours: number }
  | { kind: "group"; holds: boolean; retry: boolean; steps: Shape[]; others: Shape[] }
  | { kind: "for_each"; items: number; goesOn: boolean; parallel: number; steps: Shape[] }
  | { kind: "parallel"; goesOn: boolean; branches: Shape[][] }
  | { kind: "run"; goesOn: boolean; retry: boolean; steps: Shape[] };

const { shapes } = fc.letrec<{ shape: Shape; shapes: Shape[] }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant("call" as const), goesOn: fc.boolean(), retry: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 72 }) }),
    },
    fc.record({
      kind: fc.constant("group" as const),
      holds: fc.boolean(),
      retry: fc.boolean(),
      steps: tie("shapes"),
      others: tie("shapes"),
    }),
    fc.record({
      kind: fc.constant("for_each" as const),
      items: fc.integer({ min: 0, max: 3 }),
      goesOn: fc.boolean(),
      parallel: fc.integer({ min: 1, max: 3 }),
      steps: tie("shapes"),
    }),
    fc.record({
      kind: fc.constant("parallel" as const),
      goesOn: fc.boolean(),
      branches: fc.array(tie("shapes"), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      kind: fc.constant("run" as const),
      goesOn: fc.boolean(),
      retry: fc.boolean(),
      steps: tie("shapes"),
    }),
  ),
  shapes: fc.array(tie("shape"), { minLength: 1, maxLength: 3 }),
}));

/** The plan of a workflow; every step has an id of its own. */
function planOfShapes(steps: readonly Shape[], onFailure: readonly Shape[]): Plan {
  let count = 0;
  const next = (letter: string) => {
    count += 1;
    return `${letter}${count}`;
  };
  const retry = { attempts: 3, baseMs: 1_000, capMs: 1_000, on: ["CONFLICT"] };
  const all = (some: readonly Shape[]): PlanStep[] => some.map(step);
  const step = (shape: Shape): PlanStep => {
    switch (shape.kind) {
      case "call": {
        const more = { ...(shape.goesOn && { continue_on_error: true }), ...(shape.retry && { retry }) };
        return { id: next("c"), kind: "call", call: "crm.act", with: {}, writes: true, ...more };
      }
      case "wait":
        return { id: next("w"), kind: "wait", for_ms: shape.hours * 3_600_000 };
      case "group":
        return {
          id: next("g"),
          kind: "group",
          if: String(shape.holds),
          ...(shape.retry && { retry }),
          steps: all(shape.steps),
          else: all(shape.others),
        };
      case "for_each": {
        // which items had begun when another one failed depends on who was quicker, also without a kill
        const goesOn = shape.goesOn || shape.items > 1;
        const items = Array.from({ length: shape.items }, (_, index) => ({ id: `i${index}` }));
        const loop = {
          for_each: items,
          as: "item",
          key: "${{ item.id }}",
          max_parallel: shape.goesOn ? shape.parallel : 1,
        };
        return {
          id: next("e"),
          kind: "for_each",
          ...loop,
          continue_on_error: goesOn,
          steps: all(shape.steps),
        };
      }
      case "parallel": {
        const branches = shape.branches.map((branch, index) => ({ name: `b${index}`, steps: all(branch) }));
        return { id: next("p"), kind: "parallel", branches, continue_on_error: shape.goesOn };
      }
      case "run": {
        const child = { ...planOf([]), workflow: "child", agent: "other", steps: all(shape.steps) };
        const pinned: Json = JSON.parse(JSON.stringify(child));
        return {
          id: next("r"),
          kind: "run",
          plan: pinned,
          with: {},
          ...(shape.goesOn && { continue_on_error: true }),
          ...(shape.retry && { retry }),
        };
      }
    }
  };
  return {
    ...planOf([]),
    steps: all(steps),
    outputs: { steps: "${{ steps }}" },
    ...(onFailure.length > 0 && { onFailure: all(onFailure) }),
  };
}

/** What a call comes to is written in its key, so that it is the same however often the run is killed. */
function fateOf(key: string, salt: number): number {
  return createHash("sha256").update(`${salt} ${key}`).digest().readUInt16BE() % 100;
}

function act(ring: Ring, salt: number) {
  ring.ask("crm.asked");
  const asked = ring.handlerOf("crm.asked");
  const sent = new Map<string, number>();
  ring.on("crm.act", (call, attempt) => {
    const fate = fateOf(call.key, salt);
    const times = (sent.get(call.key) ?? 0) + 1;
    sent.set(call.key, times);
    if (fate < 15) throw new RingmainError("CONFLICT", "It changed.");
    if (fate < 20) throw new RingmainError("POLICY_DENIED", "No.");
    // answered at the third sending; a call is sent six times at once
    if (fate < 30 && times < 3) throw new RingmainError("SERVER_UNAVAILABLE", "Gone.", { retryable: true });
    return fate < 45 ? asked(call, attempt) : { done: call.path };
  });
}

interface Kill {
  /** At the call of this number, counted over all executions. */
  call: number;
  committed: boolean;
  /** How far the clock is set meanwhile, or set back, in hours. */
  skew: number;
}

/** Runs a plan to its end over as many processes as it takes. */
async function runToEnd(plan: Plan, salt: number, kills: readonly Kill[]) {
  const harness = await openSqliteHarness();
  const ring = createRing();
  act(ring, salt);
  let calls = 0;
  let killed = Promise.withResolvers<void>();
  const never = new Promise<never>(() => {});
  const real = ring.callerFor;
  /** Of one process: once it is dead, none of its calls comes back. */
  const mortal = (): CallerFor => {
    let dead = false;
    return async (run) => {
      const send = await real(run);
      return async (call) => {
        if (dead) return await never;
        calls += 1;
        const kill = kills.find((one) => one.call === calls);
        if (kill !== undefined && !kill.committed) {
          dead = true;
          killed.resolve();
          return await never;
        }
        const answer = await send(call).catch((error: unknown) => ({ error }));
        if (kill !== undefined || dead) {
          dead = true;
          killed.resolve();
          return await never;
        }
        if ("error" in answer) throw answer.error;
        return answer;
      };
    };
  };
  const open = async () => {
    Object.assign(ring, { callerFor: mortal() });
    return await harness.open(ring, executePlan);
  };
  try {
    let process = await open();
    let begun = false;
    for (let round = 0; round < 500; round += 1) {
      killed = Promise.withResolvers<void>();
      const request = { runId: "run_1", plan, inputs: {}, startedBy: "user:maria" };
      const work = begun ? process.engine.resume("run_1") : process.engine.run(request);
      begun = true;
      const run = await Promise.race([work, killed.promise]);
      if (run === undefined) {
        work.catch(() => {});
        process.die();
        harness.advance((kills.find(({ call }) => call === calls)?.skew ?? 0) * 3_600_000);
        process = await open();
      } else if (run.status === "waiting") {
        for (const ms of await decideAll(ring, process.engine, run, salt)) harness.advance(ms);
      } else {
        return { run, ring, kills: kills.filter(({ call }) => call <= calls).length };
      }
    }
    throw new Error("the run is stuck");
  } finally {
    await harness.dispose();
  }
}

/** Decides what a run waits for, and what the runs wait for that it runs. Returns how far to move the clock. */
async function decideAll(
  ring: Ring,
  engine: Engine,
  { waitsFor = [] }: Run,
  salt: number,
): Promise<number[]> {
  const moves: number[] = [];
  for (const { approval, until, run } of waitsFor) {
    if (approval !== undefined)
      ring.decide(approval, fateOf(approval, salt + 1) < 60 ? "approved" : "rejected");
    if (until !== undefined) moves.push(72 * 3_600_000);
    const child = run === undefined ? undefined : await engine.get(run);
    if (child?.status === "waiting") moves.push(...(await decideAll(ring, engine, child, salt)));
  }
  return moves.slice(0, 1);
}

const told = ({ status, outputs, error }: Run) => {
  // moments are those of the clock
  const text = JSON.stringify({ status, outputs, code: error?.code, step: error?.step });
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "then");
};

test("a run comes to the same end and has the same effects, wherever it is killed", {
  timeout: propertyTimeout,
}, async () => {
  const kills = fc.array(
    fc.record({
      call: fc.integer({ min: 1, max: 15 }),
      committed: fc.boolean(),
      skew: fc.integer({ min: -48, max: 48 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  const onFailure = fc.oneof(fc.constant([]), shapes);
  let died = 0;
  await fc.assert(
    fc.asyncProperty(shapes, onFailure, fc.nat(), kills, async (steps, failed, salt, killed) => {
      const plan = planOfShapes(steps, failed);
      const expected = await runToEnd(plan, salt, []);
      const found = await runToEnd(plan, salt, killed);
      died += found.kills;
      expect(told(found.run)).toBe(told(expected.run));
      expect(found.ring.effects().sort()).toEqual(expected.ring.effects().sort());
      expect([...found.ring.started].sort()).toEqual([...expected.ring.started].sort());
      const ends = (ring: Ring) => ring.ended.map(({ runId, status }) => `${runId} ${status}`).sort();
      expect(ends(found.ring)).toEqual(ends(expected.ring));
    }),
    propertyRuns(60),
  );
  expect(died).toBeGreaterThan(10);
});
