import { RingmainError } from "../core/errors.ts";
import { isBusy } from "../db/sqlite.ts";
import { backoffMs } from "./backoff.ts";
import type { Sink } from "./sink.ts";
import {
  failureOf,
  openSinkState,
  type SinkFailure,
  type SinkState,
  type StoredProgress,
} from "./sink-state.ts";
import type { TrailReader } from "./trail-reader.ts";

/** Whom a follower tells. */
export interface FollowerEvents {
  /** Told once, at the first failure; what is tried again until it works is not told again. */
  failed(sink: string, failure: SinkFailure): void;
  /** Told when it works again. */
  recovered(sink: string, position: number): void;
  note(sink: string, text: string): void;
}

/** Gives one sink all that the trail has and will have. Never rejects: a failure is told and stored. */
export interface Follower {
  sink: string;
  /** Sends what is new, unless the sink rests after a failure or another process is at it. A call under way is joined. */
  tick(now: Date): Promise<void>;
  /** Sends what there is now, at once, waiting for another process that is at it. Returns whether all has arrived. */
  flush(now: Date): Promise<boolean>;
  /** Gives up what is under way; it is sent again by whoever comes next. */
  close(): Promise<void>;
}

export interface FollowerOptions {
  sink: Sink;
  trail: TrailReader;
  stateDir: string;
  /** How long to wait for another process that works on the sink. */
  waitMs?: number;
  /** In [0, 1). */
  random?: () => number;
  events: FollowerEvents;
}

export function createFollower(options: FollowerOptions): Follower {
  const { sink, trail, stateDir, events, waitMs = 0, random = Math.random } = options;
  const ending = new AbortController();
  let state: SinkState | undefined;
  let running: Promise<void> | undefined;
  /** What this process knows to have arrived, so that it need not ask while there is nothing new. */
  let arrived = -1;
  /** Of this process alone: the disk that cannot take entries may be the one that the state is on. */
  let failing: { failures: number; since: Date; nextAttemptAt: Date; told: boolean } | undefined;

  /** Sends until nothing is left. */
  async function sendAll(now: Date): Promise<void> {
    state ??= await openSinkState({ stateDir, sink: sink.name, now, waitMs });
    const opened = state;
    if (opened.read() === undefined) await opened.exclusively(() => claim(opened));
    while (!ending.signal.aborted) {
      const { position, note, recovered, more } = await opened.exclusively(() => sendBatch(opened, now));
      arrived = position;
      if (note !== undefined) events.note(sink.name, note);
      if (recovered || failing?.told === true) events.recovered(sink.name, position);
      failing = undefined;
      if (!more) return;
    }
  }

  /** Stores that the target is this sink's before anything is in it, so that it is known again after a crash. */
  async function claim(opened: SinkState): Promise<void> {
    if (opened.read() !== undefined) return;
    await sink.claim?.();
    opened.write({ position: 0, leaf: undefined, movedAt: undefined });
  }

  async function sendBatch(opened: SinkState, now: Date) {
    const before = opened.read();
    if (before === undefined) throw new Error("a sink without a position");
    requireSameTrail(before);
    const entries = await trail.after(before.position, sink.batchSize());
    const taken =
      entries.length > 0 ? await sink.take(entries, before, ending.signal) : await sink.lost?.(before);
    const more = taken !== undefined;
    if (more) opened.write({ ...taken, leaf: trail.leaf(taken.position), movedAt: now.toISOString() });
    const recovered = opened.failure() !== undefined;
    if (recovered) opened.setFailure(undefined);
    return { position: taken?.position ?? before.position, note: taken?.note, recovered, more };
  }

  function requireSameTrail({ position, leaf }: StoredProgress): void {
    if (position === 0) return;
    const found = trail.leaf(position);
    if (found !== undefined && leaf !== undefined && Buffer.compare(found, leaf) === 0) return;
    const why =
      found === undefined
        ? `it ends before entry ${position}, which was sent`
        : `entry ${position} is another one`;
    throw new RingmainError("AUDIT_BROKEN", `This is not the trail that was sent: ${why}.`, {
      hint: "Is the database an older backup? `ringmain audit verify` says more; docs/audit-sinks.md, how to begin anew.",
    });
  }

  function fail(error: unknown, now: Date): void {
    const failures = (failing?.failures ?? 0) + 1;
    const nextAttemptAt = new Date(
      now.getTime() + Math.max(backoffMs(failures, random()), askedWaitMs(error)),
    );
    const told = failing?.told ?? false;
    failing = { failures, since: failing?.since ?? now, nextAttemptAt, told: true };
    const failure = failureOf(error, failing);
    if (!told) events.failed(sink.name, failure);
    try {
      state?.setFailure(failure);
    } catch {
      // it is told, and remembered here; only `audit sinks` of another process does not see it
    }
  }

  async function run(now: Date): Promise<void> {
    try {
      await sendAll(now);
    } catch (error) {
      if (ending.signal.aborted || isUnderWay(error)) return;
      fail(error, now);
    }
  }

  function hasNew(): boolean {
    try {
      return failing !== undefined || trail.size() !== arrived;
    } catch {
      return true; // what is wrong with the trail is told by the attempt
    }
  }

  const start = (now: Date) => {
    running ??= run(now).finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    sink: sink.name,
    async tick(now) {
      if (running !== undefined) return running;
      if (ending.signal.aborted || (failing !== undefined && now < failing.nextAttemptAt) || !hasNew())
        return;
      await start(now);
    },
    async flush(now) {
      await running;
      if (ending.signal.aborted) return false;
      await start(now);
      return failing === undefined && trail.size() <= arrived;
    },
    async close() {
      ending.abort();
      await running;
      state?.close();
      state = undefined;
    },
  };
}

/** Whether another process works on the sink. */
function isUnderWay(error: unknown): boolean {
  return isBusy(error) || (error instanceof RingmainError && error.code === "STORE_BUSY");
}

/** How long the target itself asked to be left alone. */
function askedWaitMs(error: unknown): number {
  const details = error instanceof RingmainError ? error.details : undefined;
  const asked: unknown =
    typeof details === "object" && details !== null ? Reflect.get(details, "retryAfterMs") : undefined;
  return typeof asked === "number" ? Math.min(asked, 3_600_000) : 0;
}
