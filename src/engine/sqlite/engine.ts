import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as timer } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { migrate } from "../../db/migrate.ts";
import type { Write } from "../../db/write-queue.ts";
import { runsIn } from "../../workflow/waits.ts";
import type { Approvals } from "../approvals.ts";
import type { Engine, ExecuteOptions, Run, StartRequest } from "../engine.ts";
import type { Journal, RunEnding } from "../journal.ts";
import type { Delay } from "../retry.ts";
import type { Fault } from "../run-error.ts";
import type { CallerFor, ExecutePlan } from "../tool-caller.ts";
import { createDecidedRuns } from "./decided-runs.ts";
import { beginExecution, type Parking } from "./execution.ts";
import { createHeldRuns, type HeldRun } from "./held-runs.ts";
import { isFree, type Lease, leaseMs } from "./lease.ts";
import { type Liveness, systemLiveness } from "./liveness.ts";
import { engineMigrations } from "./migrations.ts";
import { identityOf, leaseOf, type RunRow, toRun } from "./run-row.ts";
import { createRunStore } from "./run-store.ts";
import { createWorker, type PollingWorker } from "./worker.ts";

export interface SqliteEngineOptions {
  /**
   * The workspace's file, opened with `synchronous: "normal"`. A power cut may then lose the newest rows of
   * the engine, never those before the last call's entry, which its server commits with `full` into the same
   * write-ahead log. A run that is thereby not known to have ended is executed again from its journal, and
   * repeats no call: harmless, and one fsync per run cheaper.
   */
  database: DatabaseSync;
  /** The queue of everything that writes on this connection. */
  write: Write;
  journal: Journal;
  approvals: Approvals;
  callerFor: CallerFor;
  executePlan: ExecutePlan;
  /** Told of bugs and of a store that fails in the background. */
  onFault: (fault: Fault) => void;
  clock?: Clock;
  liveness?: Liveness;
  delay?: Delay;
  random?: () => number;
}

export interface SqliteEngine extends Engine {
  /** Renews the leases of the runs executed here, as the engine does by itself every 3 s. For tests. */
  renewLeases(): Promise<void>;
}

/** Opens the embedded engine: runs, leases and plans in SQLite, the journal in the audit trail. */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<SqliteEngine> {
  const {
    database,
    write,
    journal,
    approvals,
    onFault,
    clock = systemClock,
    liveness = systemLiveness(),
  } = options;
  const delay: Delay = options.delay ?? ((ms, signal) => timer(ms, undefined, { signal }));
  await migrate(database, "engine", engineMigrations, clock.now());
  const store = createRunStore(database);
  const onError = (error: unknown) => onFault({ logId: newId("log"), error });
  const held = createHeldRuns({ store, write, clock, onError });
  const decided = createDecidedRuns({ store, approvals, clock });
  const workers = new Set<PollingWorker>();
  const owner = randomUUID();
  let closed = false;

  const runOf = (row: RunRow): Run => toRun(row, clock.now(), liveness);
  const free = (row: RunRow): boolean => isFree(leaseOf(row), clock.now(), liveness);
  const assertOpen = () => {
    if (closed) throw new RingmainError("STATE_INVALID", "The engine is closed.");
  };

  // The next eight are called inside a write transaction.
  const insert = (request: StartRequest & { parent?: string }, lease?: Lease): RunRow | undefined => {
    const row = store.insert(request, clock.now(), lease);
    if (row !== undefined) journal.recordStart(identityOf(row));
    return row;
  };
  const leaseHere = (): Lease => ({
    owner,
    process: liveness.self,
    expiresAt: new Date(clock.now().getTime() + leaseMs),
  });
  const finish = (row: RunRow, ending: RunEnding): RunRow | undefined => {
    const ended = store.finish(row, ending);
    if (ended === undefined) return undefined;
    journal.recordFinish(identityOf(row), ending);
    if (row.parent !== null) store.wake(row.parent, clock.now());
    store.activeChildren(row.id).forEach(cancelSoon);
    return ended;
  };
  const cancelNow = (row: RunRow) => finish(row, { status: "cancelled", at: clock.now() });
  const cancelSoon = (row: RunRow): void => {
    if (free(row)) cancelNow(row);
    else store.requestCancel(row.id);
    held.find(row.id)?.execution.stop("cancelled");
  };
  const park = (row: RunRow, activeMs: number, waits: Parking["waits"]): void => {
    const parked = store.park({ id: row.id, epoch: row.epoch, activeMs, waits });
    if (parked === undefined) return;
    // asked for while it came to its wait: nobody would notice before that is over
    if (parked.cancel_requested) cancelNow(parked);
    // what it waits for may have ended before it was parked
    else if (runsIn(waits.values()).some(hasEnded)) store.wake(row.id, clock.now());
  };
  const hasEnded = (id: string): boolean => {
    const row = store.find(id);
    return row !== undefined && !isActive(row);
  };
  const take = (row: RunRow): RunRow | undefined => {
    if (!isActive(row) || !free(row)) return undefined;
    if (row.cancel_requested) {
      cancelNow(row);
      return undefined;
    }
    if (row.status === "waiting" && row.waits !== null) decided.taken(row.waits);
    return store.claim(row, leaseHere(), clock.now());
  };
  /** A parked run that can go on. */
  const nextAwaited = (): RunRow | undefined => {
    const id = decided.find()[0] ?? store.firstToWake(clock.now())?.id;
    return id === undefined ? undefined : store.get(id);
  };
  const nextFree = (): RunRow | undefined => {
    // somebody waits for what comes of a decision
    const goesOn = nextAwaited();
    if (goesOn !== undefined) return goesOn;
    for (const row of store.activeElsewhere(owner)) if (free(row)) return row;
    return undefined;
  };
  const takeNext = (next: () => RunRow | undefined): RunRow | undefined => {
    for (let row = next(); row !== undefined; row = next()) {
      const taken = take(row);
      if (taken !== undefined || !row.cancel_requested) return taken;
    }
    return undefined;
  };

  /** The calls of a run that still wait for a person. */
  const undecidedOf = ({ waits }: RunRow): ReadonlyMap<string, string> => {
    if (waits === null) return new Map();
    const asked = [...waits].flatMap(([path, wait]): [string, string][] =>
      "approval" in wait ? [[path, wait.approval]] : [],
    );
    const pending = approvals.pending(asked.map(([, approval]) => approval));
    return new Map(asked.filter(([, approval]) => pending.has(approval)));
  };

  /** Executes a run that was just taken, and records how it ends under the epoch of the take. */
  const begin = (row: RunRow, report?: ExecuteOptions["report"]): HeldRun => {
    const { id, epoch } = row;
    const identity = identityOf(row);
    const takenAt = clock.now().getTime();
    const activeMs = () => row.active_ms + Math.max(0, clock.now().getTime() - takenAt);
    const execution = beginExecution({
      identity,
      readPlan: () => store.plan(row.plan_hash),
      startedAt: row.started_at ?? row.created_at,
      usedMs: row.active_ms,
      // nobody called anything for a run before its first execution
      readJournal: () => (epoch === 1 ? new Map() : journal.read(id)),
      readMemory: () => (epoch === 1 ? new Map() : store.memory(id)),
      remember: (path, value) =>
        write(() => {
          if (!store.isHeld(row)) throw execution.stop("lost");
          store.remember(id, path, value);
        }),
      readUndecided: () => undecidedOf(row),
      findOnce: journal.findOnce,
      markOnce: (key, path) =>
        write(() => {
          if (!store.isHeld(row)) throw execution.stop("lost");
          const { workflow, agent } = row;
          journal.markOnce({ key, runId: id, path, workflow, agent, at: clock.now() });
        }),
      async runWorkflow(child) {
        const request = { ...child, startedBy: row.started_by, parent: id };
        const obtain = () => {
          if (!store.isHeld(row)) throw execution.stop("lost");
          return insert(request, leaseHere()) ?? take(store.get(child.runId));
        };
        return runOf((await execute(child.runId, obtain)).row);
      },
      findWorkflow(runId) {
        const child = store.find(runId);
        return child && runOf(child);
      },
      cancelWorkflow: (runId) => cancel(runId).catch(unlessEnded),
      openCaller: async (limits) => options.callerFor(identity, limits),
      executePlan: options.executePlan,
      delay,
      random: options.random ?? Math.random,
      now: () => clock.now(),
      onFault,
    });
    const settled = execution.ending.then((ending) =>
      write(() => {
        if (ending === undefined) {
          store.release({ id, epoch, activeMs: activeMs() });
          return store.get(id);
        }
        if (ending.status !== "waiting") return finish(row, ending) ?? store.get(id);
        park(row, activeMs(), ending.waits);
        return store.get(id);
      }),
    );
    const run = { id, epoch, execution, activeMs, settled };
    held.add(run);
    if (report !== undefined) execution.watch(report);
    if (closed) execution.stop("closing");
    return run;
  };

  /** Executes a run here as far as it goes; one that another process has is left as it is. */
  const execute = async (
    runId: string,
    obtain: () => RunRow | undefined,
    report?: ExecuteOptions["report"],
  ): Promise<{ row: RunRow; here: boolean }> => {
    assertOpen();
    const taken = await write(obtain);
    const joined = held.find(runId);
    if (taken !== undefined) return { row: await begin(taken, report).settled, here: true };
    if (joined === undefined) return { row: store.get(runId), here: false };
    if (report !== undefined) joined.execution.watch(report);
    return { row: await joined.settled, here: true };
  };
  const executeHere = async (...request: Parameters<typeof execute>): Promise<Run> => {
    const { row, here } = await execute(...request);
    if (!here && (row.status === "pending" || row.status === "running")) throw heldElsewhere(row);
    return runOf(row);
  };
  const cancel = async (runId: string): Promise<Run> => {
    assertOpen();
    await write(() => {
      const row = store.get(runId);
      if (row.status === "done" || row.status === "failed") {
        throw new RingmainError("STATE_INVALID", `Run ${runId} has ended already (${row.status}).`);
      }
      if (!isActive(row)) return;
      if (free(row)) cancelNow(row);
      else store.requestCancel(runId);
    });
    const here = held.find(runId);
    here?.execution.stop("cancelled");
    await here?.settled;
    return runOf(store.get(runId));
  };

  return {
    async start(request) {
      assertOpen();
      const added = await write(() => insert(request));
      if (added !== undefined) for (const worker of workers) worker.wake();
      return { run: runOf(added ?? store.get(request.runId)), created: added !== undefined };
    },
    run: (request, { report } = {}) =>
      executeHere(
        request.runId,
        () => insert(request, leaseHere()) ?? take(store.get(request.runId)),
        report,
      ),
    resume: (runId, { report } = {}) => executeHere(runId, () => take(store.get(runId)), report),

    cancel,

    async get(runId) {
      const row = store.find(runId);
      return row && { ...runOf(row), plan: store.plan(row.plan_hash) };
    },

    async list(filter = {}) {
      if (filter.interrupted === undefined) return store.list(filter).map(runOf);
      // Only a look at the process tells; few runs are `running` at a time.
      const rows = store.list({ ...filter, status: ["running"], limit: -1 });
      const runs = rows.map(runOf).filter((run) => run.interrupted);
      return runs.slice(0, filter.limit ?? 100);
    },

    runWorker({ concurrency, pollMs = 500, only, report, taken: toldTaken, ended }) {
      assertOpen();
      const next = only === "parked" ? nextAwaited : nextFree;
      /** A moment that comes before the next poll is not waited for until then. */
      const wakeInTime = (withinMs: number): void => {
        const now = clock.now().getTime();
        const first = store.firstToWake(new Date(now + withinMs));
        if (first !== undefined)
          setTimeout(() => worker.wake(), Math.max(0, first.at.getTime() - now)).unref();
      };
      const worker: PollingWorker = createWorker({
        concurrency,
        pollMs,
        changed: writtenByOthers(database),
        onError,
        async claim() {
          // Looking costs no lock; most polls find nothing.
          if (closed) return undefined;
          if (next() === undefined) {
            wakeInTime(pollMs);
            return undefined;
          }
          const taken = await write(() => takeNext(next));
          if (taken === undefined) return undefined;
          const settled = begin(taken, report).settled.then(runOf);
          toldTaken?.({ ...runOf(taken), plan: store.plan(taken.plan_hash) }, settled);
          return { ended: settled.then(ended).catch(onError) };
        },
      });
      workers.add(worker);
      return {
        async stop() {
          workers.delete(worker);
          await worker.stop();
        },
      };
    },

    async close() {
      closed = true;
      for (const run of held.all()) run.execution.stop("closing");
      await Promise.all([...workers].map((worker) => worker.stop()));
      await Promise.allSettled(held.all().map((run) => run.settled));
    },

    renewLeases: () => held.renew(),
  };
}

/** Asks whether another connection has committed anything since it was asked last: one page in shared memory. */
function writtenByOthers(database: DatabaseSync): () => boolean {
  const select = database.prepare("PRAGMA data_version");
  let last: unknown;
  return () => {
    const before = last;
    last = select.get()?.data_version;
    return last !== before;
  };
}

/** A run that has ended by itself need not be cancelled. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof RingmainError) || error.code !== "STATE_INVALID") throw error;
}

/** Whether a run has not ended. */
function isActive({ status }: RunRow): boolean {
  return status === "pending" || status === "running" || status === "waiting";
}

function heldElsewhere(row: RunRow): RingmainError {
  return new RingmainError(
    "STATE_INVALID",
    `Run ${row.id} is being executed by process ${row.lease_pid ?? "?"}.`,
    { hint: `\`ringmain runs show ${row.id}\` tells how far it is.` },
  );
}
