import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { z } from "zod";
import { RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Plan } from "../../workflow/plan.ts";
import { approvalsIn, earliestIn, type Wait } from "../../workflow/waits.ts";
import type { RunFilter, StartRequest } from "../engine.ts";
import type { RunEnding } from "../journal.ts";
import type { Lease } from "./lease.ts";
import { type PinnedPlan, pinPlan, type RunRow, readPinnedPlan, runRow, waitsOfSteps } from "./run-row.ts";

const stored = z.object({ plan: z.string() });
const parkedRun = z.object({ id: z.string(), waits: waitsOfSteps });
const remembered = z.object({
  path: z.string(),
  value: z.string().transform((text) => z.json().parse(JSON.parse(text))),
});
const wakingRun = z
  .object({ id: z.string(), wake_at: z.string().transform((text) => new Date(text)) })
  .transform(({ id, wake_at }) => ({ id, at: wake_at }));
const flag = z.object({ cancel_requested: z.int() });

export type RunStore = ReturnType<typeof createRunStore>;

/** The statements over the engine's tables. Those that write are called inside a write transaction. */
export function createRunStore(database: DatabaseSync) {
  const insertPlan = database.prepare(
    "INSERT INTO engine_plan (hash, workflow, plan) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const insertRun = database.prepare(
    `INSERT INTO engine_run (id, workflow, workflow_hash, agent, plan_hash, inputs, started_by, parent, created_at,
       status, started_at, epoch, lease_owner, lease_pid, lease_process_start, lease_host, lease_expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
  );
  const selectPlan = database.prepare("SELECT plan FROM engine_plan WHERE hash = ?");
  const selectRun = database.prepare("SELECT * FROM engine_run WHERE id = ?");
  const selectActive = database.prepare(
    `SELECT * FROM engine_run INDEXED BY engine_run_active
     WHERE status IN ('pending', 'running') AND lease_owner IS NOT ? ORDER BY number`,
  );
  const selectAsking = database.prepare(
    `SELECT id, waits FROM engine_run INDEXED BY engine_run_asking
     WHERE status = 'waiting' AND asks = 1 ORDER BY number`,
  );
  const markAsking = database.prepare(
    `SELECT count(*) || ' ' || total(epoch) AS mark FROM engine_run INDEXED BY engine_run_asking
     WHERE status = 'waiting' AND asks = 1`,
  );
  const selectWake = database.prepare(
    `SELECT id, wake_at FROM engine_run INDEXED BY engine_run_wake
     WHERE status = 'waiting' AND wake_at <= ? ORDER BY wake_at LIMIT 1`,
  );
  const claimRun = database.prepare(
    `UPDATE engine_run SET status = 'running', started_at = coalesce(started_at, ?), epoch = epoch + 1,
       lease_owner = ?, lease_pid = ?, lease_process_start = ?, lease_host = ?, lease_expires_at = ?
     WHERE id = ? AND epoch = ? AND status IN ('pending', 'running', 'waiting') RETURNING *`,
  );
  const renewRun = database.prepare(
    `UPDATE engine_run SET lease_expires_at = ?, active_ms = ?
     WHERE id = ? AND epoch = ? AND status = 'running' RETURNING cancel_requested`,
  );
  const noLease =
    "lease_owner = NULL, lease_pid = NULL, lease_process_start = NULL, lease_host = NULL, lease_expires_at = NULL";
  const releaseRun = database.prepare(
    `UPDATE engine_run SET active_ms = ?, ${noLease} WHERE id = ? AND epoch = ? AND status = 'running'`,
  );
  const parkRun = database.prepare(
    `UPDATE engine_run SET status = 'waiting', waits = ?, asks = ?, wake_at = ?, active_ms = ?, ${noLease}
     WHERE id = ? AND epoch = ? AND status = 'running' RETURNING *`,
  );
  const finishRun = database.prepare(
    `UPDATE engine_run SET status = ?, finished_at = ?, outputs = ?, error = ?, waits = NULL, ${noLease}
     WHERE id = ? AND epoch = ? AND status IN ('pending', 'running', 'waiting') RETURNING *`,
  );
  const wakeRun = database.prepare(
    "UPDATE engine_run SET wake_at = min(coalesce(wake_at, ?1), ?1) WHERE id = ?2 AND status = 'waiting'",
  );
  const selectChildren = database.prepare(
    `SELECT * FROM engine_run INDEXED BY engine_run_parent
     WHERE parent = ? AND status IN ('pending', 'running', 'waiting')`,
  );
  const requestCancel = database.prepare("UPDATE engine_run SET cancel_requested = 1 WHERE id = ?");
  const holdsRun = database.prepare(
    "SELECT 1 FROM engine_run WHERE id = ? AND epoch = ? AND status = 'running'",
  );

  const selectMemory = database.prepare("SELECT path, value FROM engine_memory WHERE run = ?");
  const insertMemory = database.prepare(
    "INSERT INTO engine_memory (run, path, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const deleteMemory = database.prepare("DELETE FROM engine_memory WHERE run = ?");

  const pinned = new WeakMap<Plan, PinnedPlan>();
  const plans = new Map<string, Plan>();

  const find = (id: string): RunRow | undefined => {
    const row = selectRun.get(id);
    return row === undefined ? undefined : runRow.parse(row);
  };

  return {
    find,

    /** Throws NOT_FOUND. */
    get(id: string): RunRow {
      const row = find(id);
      if (row !== undefined) return row;
      throw new RingmainError("NOT_FOUND", `There is no run ${id}.`, {
        hint: "`ringmain runs ls` lists the runs.",
      });
    },

    /**
     * Adds a run and its plan: claimed already when there is a lease, else to wait for somebody. Returns its row, or
     * undefined when the id is taken.
     */
    insert(
      { runId, plan, inputs, startedBy, parent }: StartRequest & { parent?: string },
      now: Date,
      lease: Lease | undefined,
    ): RunRow | undefined {
      const { hash, text } = pinned.get(plan) ?? pinPlan(plan);
      pinned.set(plan, { hash, text });
      if (!plans.has(hash)) insertPlan.run(hash, plan.workflow, text);
      const at = now.toISOString();
      const { workflow, fileHash, agent } = plan;
      const values = [
        runId,
        workflow,
        fileHash,
        agent,
        hash,
        JSON.stringify(inputs),
        startedBy,
        parent ?? null,
        at,
      ];
      const execution = lease ? ["running", at, 1] : ["pending", null, 0];
      const row = insertRun.get(...values, ...execution, ...leaseColumns(lease));
      return row && runRow.parse(row);
    },

    /** Throws STATE_INVALID when the stored text was tampered with. */
    plan(hash: string): Plan {
      const known = plans.get(hash);
      if (known !== undefined) return known;
      const plan = readPinnedPlan({ hash, text: stored.parse(selectPlan.get(hash)).plan });
      if (plans.size >= 100) plans.clear();
      plans.set(hash, plan);
      return plan;
    },

    /** Runs that have not ended and that others execute or nobody does, oldest first. */
    *activeElsewhere(owner: string): Generator<RunRow> {
      for (const row of selectActive.iterate(owner)) yield runRow.parse(row);
    },

    /** The runs that wait for a person, oldest first, each with what it waits for. */
    parked: () => selectAsking.all().map((row) => parkedRun.parse(row)),

    /** A text that is another one whenever some run has come to wait for a person, or does so no more. */
    parkedMark: (): string => String(markAsking.get()?.mark),

    /** The parked run whose moment comes first, when that is not after another moment. */
    firstToWake(until: Date): { id: string; at: Date } | undefined {
      const row = selectWake.get(until.toISOString());
      return row && wakingRun.parse(row);
    },

    list({ workflow, parent, status, limit = 100 }: RunFilter): RunRow[] {
      const terms: string[] = [];
      const values: SQLInputValue[] = [];
      if (parent === null) terms.push("parent IS NULL");
      else if (parent !== undefined) {
        terms.push("parent = ?");
        values.push(parent);
      }
      if (workflow !== undefined) {
        terms.push("workflow = ?");
        values.push(workflow);
      }
      if (status !== undefined) {
        terms.push("status IN (SELECT value FROM json_each(?))");
        values.push(JSON.stringify(status));
      }
      // The few that have not ended are found without going through all that have.
      const active = status?.every((wanted) => wanted === "pending" || wanted === "running") ?? false;
      if (active) terms.push("status IN ('pending', 'running')");
      const parked = status?.length === 1 && status[0] === "waiting";
      if (parked) terms.push("status = 'waiting'");
      const index = active ? "INDEXED BY engine_run_active" : parked ? "INDEXED BY engine_run_parked" : "";
      const where = terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`;
      return database
        .prepare(`SELECT * FROM engine_run ${index} ${where} ORDER BY number DESC LIMIT ?`)
        .all(...values, limit)
        .map((row) => runRow.parse(row));
    },

    /** Takes a run under a new epoch, unless it changed since the row was read. Returns the new row. */
    claim(row: RunRow, lease: Lease, now: Date): RunRow | undefined {
      const claimed = claimRun.get(now.toISOString(), ...leaseColumns(lease), row.id, row.epoch);
      return claimed === undefined ? undefined : runRow.parse(claimed);
    },

    /** Keeps a run. Says whether somebody wants it cancelled, or that it is lost. */
    renew(held: {
      id: string;
      epoch: number;
      activeMs: number;
      expiresAt: Date;
    }): "kept" | "cancel" | "lost" {
      const row = renewRun.get(held.expiresAt.toISOString(), held.activeMs, held.id, held.epoch);
      if (row === undefined) return "lost";
      return flag.parse(row).cancel_requested === 0 ? "kept" : "cancel";
    },

    /** Frees a run that goes on later. */
    release({ id, epoch, activeMs }: { id: string; epoch: number; activeMs: number }): void {
      releaseRun.run(activeMs, id, epoch);
    },

    /** Frees a run that goes on when what it waits for has happened. Returns undefined when it is lost. */
    park(run: {
      id: string;
      epoch: number;
      activeMs: number;
      waits: ReadonlyMap<string, Wait>;
    }): RunRow | undefined {
      const waits = [...run.waits.values()];
      const asks = approvalsIn(waits).length > 0 ? 1 : 0;
      const written = JSON.stringify(Object.fromEntries(run.waits));
      const wakeAt = earliestIn(waits) ?? null;
      const row = parkRun.get(written, asks, wakeAt, run.activeMs, run.id, run.epoch);
      return row && runRow.parse(row);
    },

    /** Ends a run. Returns undefined, and changes nothing, when another process took it over or it has ended. */
    finish(run: { id: string; epoch: number }, ending: RunEnding): RunRow | undefined {
      const outputs = ending.status === "done" ? JSON.stringify(ending.outputs) : null;
      const error = ending.status === "failed" ? JSON.stringify(ending.error) : null;
      const at = ending.at.toISOString();
      const row = finishRun.get(ending.status, at, outputs, error, run.id, run.epoch);
      if (row !== undefined) deleteMemory.run(run.id);
      return row && runRow.parse(row);
    },

    /** What a run remembers, by path. */
    memory(id: string): ReadonlyMap<string, Json> {
      const rows = selectMemory.all(id).map((row) => remembered.parse(row));
      return new Map(rows.map(({ path, value }) => [path, value]));
    },

    remember: (id: string, path: string, value: Json): void =>
      void insertMemory.run(id, path, JSON.stringify(value)),

    /** Makes a parked run go on now, at the latest. */
    wake: (id: string, now: Date): void => void wakeRun.run(now.toISOString(), id),

    /** The runs that a run has begun and that have not ended. */
    activeChildren: (id: string): RunRow[] => selectChildren.all(id).map((row) => runRow.parse(row)),

    requestCancel: (id: string): void => void requestCancel.run(id),

    /** Whether a run is still held under this epoch. */
    isHeld: ({ id, epoch }: { id: string; epoch: number }): boolean => holdsRun.get(id, epoch) !== undefined,
  };
}

/** The columns `lease_owner` to `lease_expires_at`. */
function leaseColumns(lease: Lease | undefined): SQLInputValue[] {
  if (lease === undefined) return [null, null, null, null, null];
  const { owner, process, expiresAt } = lease;
  return [owner, process.pid, process.startedAt, process.host, expiresAt.toISOString()];
}
