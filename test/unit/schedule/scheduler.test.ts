import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { transact } from "../../../src/db/transaction.ts";
import type { Schedule } from "../../../src/schedule/occurrence.ts";
import { createScheduler, type Firing } from "../../../src/schedule/scheduler.ts";
import { openScheduleStore } from "../../../src/schedule/store.ts";

const start = Date.parse("2026-11-23T07:59:50Z");
const minutely: Schedule = {
  workflow: "chase",
  cron: "* * * * *",
  timezone: "UTC",
  missed: "skip",
  overlap: "allow",
};

/** A workspace of several daemons on one file, whose runs are started in memory. */
async function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), "ringmain-schedule-"));
  const databases: ReturnType<typeof openSqlite>[] = [];
  onTestFinished(() => {
    for (const database of databases) database.close();
    rmSync(dir, { recursive: true });
  });
  const runs = new Map<string, { workflow: string; active: boolean }>();
  const world = {
    runs,
    ids: () => [...runs.keys()],
    failWith: undefined as unknown,
    async daemon(schedules: readonly Schedule[]) {
      const database = openSqlite({ path: join(dir, "ring.db"), synchronous: "normal" });
      databases.push(database);
      const firings: Firing[] = [];
      const store = await openScheduleStore({
        database,
        write: (work) => transact(database, work),
        now: new Date(start),
      });
      const scheduler = createScheduler({
        store,
        async start({ runId, workflow }) {
          await Promise.resolve();
          if (world.failWith !== undefined) throw world.failWith;
          if (runs.has(runId)) return false;
          runs.set(runId, { workflow, active: true });
          return true;
        },
        isActive: async (workflow, except) =>
          [...runs].some(([id, run]) => run.active && run.workflow === workflow && id !== except),
        report: (firing) => firings.push(firing),
      });
      scheduler.setSchedules(schedules);
      return {
        firings,
        scheduler,
        store,
        outcomes: () => firings.map(({ outcome }) => outcome),
        tick: (afterSeconds: number) => scheduler.tick(new Date(start + afterSeconds * 1_000)),
      };
    },
  };
  return world;
}

test("a schedule that was never seen has no past", async () => {
  const world = await openWorld();
  const { tick } = await world.daemon([minutely]);
  await tick(0);
  await tick(9);
  expect(world.ids()).toEqual([]);
  await tick(10);
  expect(world.ids()).toEqual(["sched/chase/2026-11-23T08:00:00.000Z"]);
});

test("each due time starts one run, with heartbeats late, lost and repeated", async () => {
  const world = await openWorld();
  const { tick } = await world.daemon([minutely]);
  for (const second of [0, 1, 1, 10, 11, 45, 71, 71, 100, 131]) await tick(second);
  expect(world.ids().map((id) => id.slice(23, 28))).toEqual(["08:00", "08:01", "08:02"]);
});

test("many daemons start one run per due time between them", async () => {
  const world = await openWorld();
  const daemons = [
    await world.daemon([minutely]),
    await world.daemon([minutely]),
    await world.daemon([minutely]),
  ];
  for (let second = 0; second <= 190; second += 5) await Promise.all(daemons.map(({ tick }) => tick(second)));
  expect(world.ids()).toHaveLength(4);
  const started = daemons.flatMap(({ outcomes }) => outcomes()).filter((outcome) => outcome === "started");
  expect(started).toHaveLength(4);
});

test("a restart neither forgets nor repeats", async () => {
  const world = await openWorld();
  const first = await world.daemon([{ ...minutely, missed: "all" }]);
  await first.tick(0);
  await first.tick(10);
  const second = await world.daemon([{ ...minutely, missed: "all" }]);
  await second.tick(15);
  expect(world.ids()).toHaveLength(1);
  await second.tick(600);
  expect(world.ids()).toHaveLength(10);
});

test("a daemon that died between the start and its note starts nothing twice", async () => {
  const world = await openWorld();
  const first = await world.daemon([minutely]);
  await first.tick(0);
  world.runs.set("sched/chase/2026-11-23T08:00:00.000Z", { workflow: "chase", active: true });
  const second = await world.daemon([minutely]);
  await second.tick(12);
  expect(second.outcomes()).toEqual(["already_started"]);
  expect(world.ids()).toHaveLength(1);
});

describe("the clock", () => {
  test("set back an hour repeats nothing, and goes on", async () => {
    const world = await openWorld();
    const { tick, outcomes } = await world.daemon([minutely]);
    await tick(0);
    for (let second = 10; second <= 130; second += 10) await tick(second);
    expect(world.ids()).toHaveLength(3);
    for (let second = -3_600; second <= 190; second += 10) await tick(second);
    // 07:00 to 07:59 are due now that they come; 08:00 to 08:02 have had their runs; 08:03 is new.
    expect(world.ids()).toHaveLength(3 + 60 + 1);
    expect(outcomes().filter((outcome) => outcome === "already_started")).toHaveLength(3);
  });

  test("set forward by mistake and back does not silence a schedule", async () => {
    const world = await openWorld();
    const { tick } = await world.daemon([minutely]);
    await tick(0);
    await tick(86_400 * 365);
    await tick(5);
    await tick(10);
    expect(world.ids()).toContain("sched/chase/2026-11-23T08:00:00.000Z");
  });
});

describe("overlap", () => {
  test("skip leaves a due time out while an earlier run is under way, and only then", async () => {
    const world = await openWorld();
    const { tick, outcomes } = await world.daemon([{ ...minutely, overlap: "skip" }]);
    for (const second of [0, 10, 70]) await tick(second);
    expect(outcomes()).toEqual(["started", "overlap"]);
    for (const run of world.runs.values()) run.active = false;
    await tick(130);
    expect(outcomes()).toEqual(["started", "overlap", "started"]);
    await tick(131);
    expect(world.ids()).toHaveLength(2);
  });

  test("allow starts it all the same; another workflow never counts", async () => {
    const world = await openWorld();
    const other: Schedule = { ...minutely, workflow: "reorder", overlap: "skip" };
    const { tick, outcomes } = await world.daemon([minutely, other]);
    for (const second of [0, 10, 70]) await tick(second);
    expect(outcomes()).toEqual(["started", "started", "started", "overlap"]);
  });
});

describe("a start that fails", () => {
  test("for a passing reason is tried again with the next heartbeat", async () => {
    const world = await openWorld();
    const { tick, outcomes } = await world.daemon([minutely]);
    await tick(0);
    world.failWith = new RingmainError("STORE_BUSY", "busy", { retryable: true });
    await tick(10);
    await tick(11);
    world.failWith = undefined;
    await tick(12);
    expect(outcomes()).toEqual(["failed", "failed", "started"]);
    expect(world.ids()).toHaveLength(1);
  });

  test("for good is reported once and does not hold up the next due time or another workflow", async () => {
    const world = await openWorld();
    const { tick, outcomes } = await world.daemon([minutely, { ...minutely, workflow: "reorder" }]);
    await tick(0);
    world.failWith = new RingmainError("WORKFLOW_INVALID", "faulty");
    await tick(10);
    await tick(11);
    world.failWith = undefined;
    await tick(70);
    expect(outcomes()).toEqual(["failed", "failed", "started", "started"]);
  });
});

test("two schedules of one workflow that fall together share a run; the same one twice is one", async () => {
  const world = await openWorld();
  const { tick, outcomes } = await world.daemon([minutely, minutely, { ...minutely, cron: "0 8 * * *" }]);
  await tick(0);
  await tick(10);
  expect(outcomes()).toEqual(["started", "already_started"]);
  expect(world.ids()).toHaveLength(1);
});

test("schedules that were replaced are no longer due, and a changed one starts from now", async () => {
  const world = await openWorld();
  const { tick, scheduler } = await world.daemon([minutely]);
  await tick(0);
  scheduler.setSchedules([{ ...minutely, cron: "*/5 * * * *", missed: "all" }]);
  await tick(15);
  await tick(70);
  expect(world.ids()).toEqual([]);
  await tick(311);
  expect(world.ids()).toEqual(["sched/chase/2026-11-23T08:05:00.000Z"]);
});

test("a heartbeat at which nothing is due reads nothing", async () => {
  const world = await openWorld();
  const { tick, store } = await world.daemon([minutely]);
  await tick(0);
  let reads = 0;
  const { seenThrough } = store;
  store.seenThrough = (...args) => {
    reads += 1;
    return seenThrough(...args);
  };
  for (let second = 1; second < 10; second += 1) await tick(second);
  expect(reads).toBe(0);
  await tick(10);
  expect(reads).toBe(1);
});

test("a heartbeat that comes while one is under way waits for that one", async () => {
  const world = await openWorld();
  const { tick } = await world.daemon([minutely]);
  await tick(0);
  await Promise.all([tick(10), tick(11), tick(12)]);
  expect(world.ids()).toHaveLength(1);
});
