import type { Clock } from "../../core/clock.ts";
import type { Write } from "../../db/write-queue.ts";
import type { Execution } from "./execution.ts";
import { leaseMs, renewMs } from "./lease.ts";
import type { RunRow } from "./run-row.ts";
import type { RunStore } from "./run-store.ts";

/** A run that this process executes. */
export interface HeldRun {
  id: string;
  epoch: number;
  execution: Execution;
  /** How long the run has been executed so far, here and earlier. */
  activeMs(): number;
  /** Gives its row once its ending is recorded or it is free again; rejects when the store failed. */
  settled: Promise<RunRow>;
}

export interface HeldRuns {
  add(run: HeldRun): void;
  find(id: string): HeldRun | undefined;
  all(): HeldRun[];
  /** Says that this process is there; stops the runs that were cancelled or taken over. A timer does it, too. */
  renew(): Promise<void>;
}

/** Keeps the leases of what runs here. The timer runs only while something does. */
export function createHeldRuns(options: {
  store: RunStore;
  write: Write;
  clock: Clock;
  onError: (error: unknown) => void;
}): HeldRuns {
  const { store, write, clock, onError } = options;
  const runs = new Map<string, HeldRun>();
  let timer: NodeJS.Timeout | undefined;

  const renew = async () => {
    const answers = await write(() => {
      const expiresAt = new Date(clock.now().getTime() + leaseMs);
      return [...runs.values()].map((run) => {
        const { id, epoch } = run;
        return { run, answer: store.renew({ id, epoch, activeMs: run.activeMs(), expiresAt }) };
      });
    });
    for (const { run, answer } of answers) {
      if (answer === "cancel") run.execution.stop("cancelled");
      if (answer === "lost") run.execution.stop("lost");
    }
  };
  const remove = (run: HeldRun) => {
    runs.delete(run.id);
    if (runs.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    add(run) {
      runs.set(run.id, run);
      timer ??= setInterval(() => void renew().catch(onError), renewMs);
      run.settled.then(
        () => remove(run),
        () => remove(run),
      );
    },
    find: (id) => runs.get(id),
    all: () => [...runs.values()],
    renew,
  };
}
