import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openSqlite } from "../../src/db/sqlite.ts";
import { createWriteQueue } from "../../src/db/write-queue.ts";
import type { Fault } from "../../src/engine/run-error.ts";
import { openSqliteEngine, type SqliteEngine } from "../../src/engine/sqlite/engine.ts";
import type { EngineHarness } from "./engine.suite.ts";

/** The embedded engine over a file of its own, with a clock that tests move. */
export async function openSqliteHarness(): Promise<EngineHarness> {
  const dir = mkdtempSync(join(tmpdir(), "ringmain-engine-"));
  const dead = new Set<number>();
  const engines: SqliteEngine[] = [];
  const databases: DatabaseSync[] = [];
  let now = Date.parse("2026-11-23T08:00:00Z");

  return {
    async open(ring, executePlan) {
      const database = openSqlite({ path: join(dir, "ring.db"), synchronous: "normal" });
      databases.push(database);
      const faults: Fault[] = [];
      const pid = engines.length + 1;
      const engine = await openSqliteEngine({
        database,
        write: createWriteQueue(database),
        journal: ring.journal,
        approvals: ring.approvals,
        callerFor: ring.callerFor,
        executePlan,
        onFault: (fault) => faults.push(fault),
        clock: { now: () => new Date(now) },
        liveness: {
          self: { pid, startedAt: "1", host: "here" },
          isAlive: (process) => !dead.has(process.pid),
        },
        delay: async () => {},
        random: () => 0.5,
      });
      engines.push(engine);
      return { engine, faults, renew: () => engine.renewLeases(), die: () => void dead.add(pid) };
    },
    advance(ms) {
      now += ms;
    },
    async dispose() {
      await Promise.all(engines.map((engine) => engine.close()));
      for (const database of databases) database.close();
      rmSync(dir, { recursive: true });
    },
  };
}
