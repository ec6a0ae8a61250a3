import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../src/db/sqlite.ts";
import { createWriteQueue } from "../../src/db/write-queue.ts";
import { openSqliteEngine } from "../../src/engine/sqlite/engine.ts";
import { askedWrites, createTableRing, tenWrites } from "../fixtures/engine/table-ring.ts";
import { executeSteps } from "./engine-ring.ts";

const program = fileURLToPath(new URL("../fixtures/engine/runner.ts", import.meta.url));

/** A file that several processes share, and an engine of this process on it. */
async function openShared() {
  const dir = mkdtempSync(join(tmpdir(), "ringmain-processes-"));
  const path = join(dir, "ring.db");
  const database = openSqlite({ path, synchronous: "normal" });
  const ring = await createTableRing({ database, path });
  const children: ChildProcess[] = [];
  const engine = await openSqliteEngine({
    database,
    write: createWriteQueue(database),
    journal: ring.journal,
    approvals: ring.approvals,
    executePlan: executeSteps,
    callerFor: (run) => (call) => ring.callTool(run, call),
    onFault: ({ error }) => {
      throw error;
    },
  });
  onTestFinished(async () => {
    for (const child of children) child.kill("SIGKILL");
    await engine.close();
    ring.close();
    database.close();
    rmSync(dir, { recursive: true });
  });
  return {
    engine,
    approveAll: () => ring.approveAll(),
    rows: (sql: string) => database.prepare(sql).all(),
    /** Starts the fixture; `until` waits for a line that holds all the members of its argument. */
    spawnRunner(...args: string[]) {
      const child = spawn(process.execPath, [program, path, ...args], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      const lines: Record<string, unknown>[] = [];
      const waiting: (() => void)[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(JSON.parse(line));
        for (const check of waiting) check();
      });
      const until = (wanted: Record<string, unknown>) =>
        new Promise<void>((resolve) => {
          const check = () => {
            const holds = (line: Record<string, unknown>) =>
              Object.entries(wanted).every(([name, value]) => line[name] === value);
            if (lines.some(holds)) resolve();
          };
          waiting.push(check);
          check();
        });
      return { child, lines, until };
    },
  };
}

test("a run whose process is killed is resumed at once by another, and every write stands once", async () => {
  const { engine, rows, spawnRunner } = await openShared();
  // It hangs after the sixth commit, before the answer: the worst moment.
  const victim = spawnRunner("run", "run_1", "6");
  await victim.until({ committed: "run_1/step6" });
  await expect(engine.resume("run_1")).rejects.toMatchObject({ code: "STATE_INVALID" });
  expect(await engine.list({ interrupted: true })).toEqual([]);

  victim.child.kill("SIGKILL");
  await once(victim.child, "exit");
  expect(await engine.list({ interrupted: true })).toMatchObject([{ id: "run_1" }]);
  expect((await engine.resume("run_1")).status).toBe("done");

  const keys = rows("SELECT key FROM ring_effect ORDER BY seq").map((row) => row.key);
  expect(keys).toEqual(tenWrites.steps.map(({ id }) => `run_1/${id}`));
  expect(rows("SELECT what FROM ring_run ORDER BY seq")).toEqual([{ what: "started" }, { what: "done" }]);
});

test("a second program that is given the same run id takes the run up", async () => {
  const { engine, rows, spawnRunner } = await openShared();
  const victim = spawnRunner("run", "run_1", "3");
  await victim.until({ committed: "run_1/step3" });
  victim.child.kill("SIGKILL");
  const successor = spawnRunner("run", "run_1");
  await successor.until({ ended: "done" });
  // What was committed is not even asked for again.
  expect(successor.lines.filter((line) => "committed" in line)).toHaveLength(7);
  expect(rows("SELECT count(*) AS n FROM ring_effect")).toEqual([{ n: 10 }]);
  expect((await engine.get("run_1"))?.status).toBe("done");
});

test("two workers in two processes share the runs; when one is killed the other finishes them all", async () => {
  const { engine, rows, spawnRunner } = await openShared();
  const ids = Array.from({ length: 20 }, (_, index) => `run_${index}`);
  await Promise.all(
    ids.map((runId) => engine.start({ runId, plan: tenWrites, inputs: {}, startedBy: "user:test" })),
  );
  // The victim hangs in its first four runs; the survivor does the rest, and after the kill those too.
  const victim = spawnRunner("work", "20", "4");
  await victim.until({ committed: "run_0/step4" });
  const survivor = spawnRunner("work", "20");
  const done = async () => (await engine.list({ status: ["done"] })).length;
  await expect.poll(done, { interval: 5, timeout: 20_000 }).toBe(16);
  expect(await engine.list({ interrupted: true })).toEqual([]);
  victim.child.kill("SIGKILL");
  await survivor.until({ ended: "done" });
  expect(rows("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM ring_effect")).toEqual([
    { n: 200, keys: 200 },
  ]);
  expect(rows("SELECT what, count(*) AS n FROM ring_run GROUP BY what ORDER BY what")).toEqual([
    { what: "done", n: 20 },
    { what: "started", n: 20 },
  ]);
  expect([...victim.lines, ...survivor.lines].filter((line) => "fault" in line)).toEqual([]);
});

test("runs that wait for a person go on in two processes after the yes, each in one of them", async () => {
  const { engine, rows, spawnRunner, approveAll } = await openShared();
  const ids = Array.from({ length: 20 }, (_, index) => `run_${index}`);
  for (const runId of ids) {
    const run = await engine.run({ runId, plan: askedWrites, inputs: {}, startedBy: "user:test" });
    expect(run.waitsFor).toEqual([{ step: "asked", approval: `apr_${runId}/asked` }]);
  }
  const workers = [spawnRunner("work", "20"), spawnRunner("work", "20")];
  await Promise.all(workers.map(({ until }) => until({ ready: true })));
  expect(await engine.list({ status: ["waiting"] })).toHaveLength(20);
  approveAll();
  await Promise.all(workers.map(({ until }) => until({ ended: "done" })));
  // 20 first steps were made here; of the other two, no process sent one that another had sent
  const committed = workers.flatMap(({ lines }) => lines.filter((line) => "committed" in line));
  expect(committed).toHaveLength(40);
  expect(rows("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM ring_effect")).toEqual([
    { n: 60, keys: 60 },
  ]);
  expect(rows("SELECT what, count(*) AS n FROM ring_run GROUP BY what ORDER BY what")).toEqual([
    { what: "done", n: 20 },
    { what: "started", n: 20 },
  ]);
});
