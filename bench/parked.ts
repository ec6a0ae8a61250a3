import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { checkWorkspace } from "../src/cli/check-workspace.ts";
import { openRing, openWorkspace, type Ring } from "../src/cli/wire.ts";
import { newId } from "../src/core/ids.ts";
import { openSqlite } from "../src/db/sqlite.ts";
import type { Plan } from "../src/workflow/plan.ts";
import { interleave, timeEach } from "./measure.ts";
import { compareTimes, type Result } from "./result.ts";
import { makeWorkspace, temporaryFolder } from "./temporary-workspace.ts";

const parked = 10_000;
const finished = 100_000;
const some = (count: number) => count.toLocaleString("en");

/** What runs that wait, and runs that have ended, cost the others: each question beside the same one to an empty history. */
export async function benchParked(): Promise<Result[]> {
  using emptyFolder = temporaryFolder();
  using fullFolder = temporaryFolder();
  const empty = await openBench(emptyFolder.dir);
  const full = await openBench(fullFolder.dir);
  try {
    fill(full, { parked, finished });
    fill(empty, { parked: 0, finished: 100 });
    const look = ({ ring }: Bench) => cpuOfLooks(ring, 100);
    const list = ({ ring }: Bench) => timeEach(20, () => ring.engine.list({ limit: 20 }));
    const start = ({ ring, plan }: Bench) =>
      timeEach(20, () =>
        ring.engine.start({ runId: newId("run"), plan, inputs: {}, startedBy: "user:bench" }),
      );
    const show = ({ ring, shown }: Bench) => timeEach(20, () => ring.engine.get(shown));
    const results: Result[] = [];
    const questions = { "look for work": look, list, start, show };
    for (const [name, ask] of Object.entries(questions)) {
      const taken = await interleave({ full: () => ask(full), empty: () => ask(empty) }, 4);
      const target = name === "look for work" ? {} : { target: 1.2 };
      const what = `${name}, ${some(parked)} parked and ${some(finished)} ended / none and 100`;
      const result = compareTimes({ name: what, ours: taken("full"), baseline: taken("empty"), ...target });
      results.push(name === "look for work" ? { ...result, limitMs: 2, ok: result.ours <= 2_000 } : result);
    }
    const woken: number[] = [];
    for (let number = 1; number <= 10; number += 1) woken.push(await wake(full, number));
    const wakeMs = Math.max(...woken);
    results.push({
      name: "wake one of them, the slowest of ten",
      unit: "ms",
      ours: wakeMs,
      baseline: wakeMs,
      ratio: 1,
      limitMs: 100,
      ok: wakeMs <= 100,
    });
    return results;
  } finally {
    await Promise.all([empty.ring.close(), full.ring.close()]);
  }
}

interface Bench {
  ring: Ring;
  plan: Plan;
  /** Another process's connection. */
  other: DatabaseSync;
  shown: string;
}

async function openBench(dir: string): Promise<Bench> {
  await makeWorkspace(dir);
  const workspace = openWorkspace(dir);
  const ring = await openRing({ workspace });
  const { plans } = await checkWorkspace(workspace, await ring.tools());
  const [plan] = plans;
  if (plan === undefined) throw new Error("there is no workflow");
  const shown = newId("run");
  await ring.engine.run({ runId: shown, plan, inputs: {}, startedBy: "user:bench" });
  const other = openSqlite({ path: join(dir, ".ringmain", "ringmain.db") });
  return { ring, plan, other, shown };
}

/** The CPU that a worker takes for one look, in milliseconds. */
async function cpuOfLooks(ring: Ring, looks: number): Promise<number[]> {
  const before = process.cpuUsage();
  const worker = ring.engine.runWorker({ concurrency: 1, pollMs: 5, only: "parked" });
  await new Promise((resolve) => setTimeout(resolve, 5 * looks));
  await worker.stop();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1_000 / looks];
}

/** Adds runs that wait, for a person or for next year, and runs that have ended, all like the one that ran. */
function fill({ other, shown }: Bench, { parked, finished }: { parked: number; finished: number }): void {
  const columns = other
    .prepare(
      "SELECT group_concat(name) AS names FROM pragma_table_info('engine_run') WHERE name NOT IN ('number', 'id', 'status', 'waits', 'asks', 'wake_at', 'finished_at')",
    )
    .get()?.names;
  const copies = (count: number, values: string) => `
    WITH RECURSIVE counted (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < ${count})
    INSERT INTO engine_run (id, status, waits, asks, wake_at, finished_at, ${columns})
    SELECT ${values}, ${columns} FROM counted, engine_run WHERE id = '${shown}' AND i <= ${count}`;
  const waitsForPerson = `json_object('pay', json_object('approval', 'apr_' || i))`;
  other.exec(`
    BEGIN IMMEDIATE;
    ${copies(parked / 2, `'run_asks' || i, 'waiting', ${waitsForPerson}, 1, NULL, NULL`)};
    ${copies(parked / 2, `'run_sleeps' || i, 'waiting', json_object('pause', json_object('until', '2099-01-01T00:00:00.000Z')), 0, '2099-01-01T00:00:00.000Z', NULL`)};
    ${copies(finished, "'run_ended' || i, 'done', NULL, 0, NULL, finished_at")};
    WITH RECURSIVE counted (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < ${parked / 2})
    INSERT INTO approval_request
      (id, tool, principal, arguments_hash, facts_hash, asks, status, created_at, expires_at, requested_entry, version)
    SELECT 'apr_' || i, 'bench.add_note', 'agent:bench', 'x' || i, 'x', '[]', 'pending', '2026-01-01', '2099-01-01', 1, 1
    FROM counted WHERE i <= ${parked / 2};
    COMMIT;
  `);
}

/** Decides a request in another process. Returns how long it took until its run was taken up. */
async function wake({ ring, other }: Bench, number: number): Promise<number> {
  const taken = Promise.withResolvers<void>();
  const worker = ring.engine.runWorker({ concurrency: 1, only: "parked", taken: () => taken.resolve() });
  // somewhere between two looks
  await new Promise((resolve) => setTimeout(resolve, 600 + number * 7));
  const started = performance.now();
  other.prepare("UPDATE approval_request SET status = 'rejected' WHERE id = ?").run(`apr_${number}`);
  await taken.promise;
  const ms = performance.now() - started;
  await worker.stop();
  return ms;
}
