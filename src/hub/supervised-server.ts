import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { RingmainError } from "../core/errors.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import { ConnectionLost, waitFor } from "./call-failures.ts";
import { type CallAnswer, type CallRequest, isKeyed } from "./call-request.ts";
import { type Child, type Exit, startChild } from "./child.ts";
import type { Connection } from "./connection.ts";
import { crashed, crashText, notStarted, stopping } from "./exit-errors.ts";
import type { HubEvent, HubLog } from "./hub-event.ts";
import { createPins } from "./pins.ts";
import type { ServerSpec } from "./server-spec.ts";
import { backoffDelay, type HubTimings } from "./timings.ts";

export interface ServerStatus {
  server: string;
  /** `down` is a server that crashed and is started again by its next call. */
  state: "idle" | "starting" | "ready" | "down" | "failed" | "closed";
  pid?: number;
  /** How often its process was started. */
  starts: number;
  callsInFlight: number;
  /** Why it failed. */
  error?: string;
}

interface SupervisedServerOptions {
  spec: ServerSpec;
  token: () => string | undefined;
  pinned: ReadonlyMap<string, string>;
  log: HubLog;
  timings: HubTimings;
  hostEnvironment: NodeJS.ProcessEnv;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
}

/** A connection that is ready for calls, and the process behind it. */
interface Running {
  child: Child;
  connection: Connection;
  tools?: Promise<ToolDescription[]> | undefined;
}

/** What a caller wants of the server. */
interface Asked {
  what: string;
  signal?: AbortSignal | undefined;
  /** Whether the server can tell a second sending from a second call. */
  repeatable: boolean;
}

/** One server: one process and one client at a time, shared by all callers. Started by its first use. */
export class SupervisedServer {
  readonly #options: SupervisedServerOptions;
  readonly #name: string;
  readonly #pins: ReturnType<typeof createPins>;
  readonly #stop = new AbortController();
  #child: Child | undefined;
  /** The process that the hub itself ended, because it cannot be used. */
  #dismissed: Child | undefined;
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #failed: { error: RingmainError; at: number } | undefined;
  /** Unexpected ends in a row, without one answered call between them. */
  #crashes = 0;
  #lastCrash = 0;
  #starts = 0;
  #callsInFlight = 0;

  constructor(options: SupervisedServerOptions) {
    this.#options = options;
    this.#name = options.spec.name;
    this.#pins = createPins(this.#name, options.pinned);
  }

  /** Starts it ahead of its first use, which is told of a failure. */
  start(): void {
    this.#ready().catch(() => {});
  }

  /** Its tools, asked for once per process. */
  tools(): Promise<ToolDescription[]> {
    return this.#use({ what: this.#name, repeatable: true }, (running) => this.#list(running));
  }

  /** Makes one call of its tool `name`. */
  async call(name: string, request: CallRequest): Promise<CallAnswer> {
    const { timings, spec } = this.#options;
    const timeoutMs = request.timeoutMs ?? spec.timeoutMs ?? timings.callMs;
    const { tool, signal } = request;
    this.#callsInFlight += 1;
    try {
      return await this.#use({ what: tool, signal, repeatable: isKeyed(request) }, async ({ connection }) => {
        this.#pins.check(tool);
        const answer = await connection.call(name, request, timeoutMs);
        this.#crashes = 0;
        return answer;
      });
    } finally {
      this.#callsInFlight -= 1;
    }
  }

  status(): ServerStatus {
    const pid = this.#child?.exit() === undefined ? this.#child?.pid : undefined;
    return {
      server: this.#name,
      state: this.#state(),
      ...(pid !== undefined && { pid }),
      starts: this.#starts,
      callsInFlight: this.#callsInFlight,
      ...(this.#failed && { error: this.#failed.error.message }),
    };
  }

  /** Ends its process and everything the process started. Safe to repeat. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#child?.end();
    await this.#starting?.catch(() => {});
  }

  /**
   * Asks the running server. What is safe to repeat is asked again when the process dies under it, at most
   * `timings.maxSends` times in all.
   */
  async #use<Result>(asked: Asked, ask: (running: Running) => Promise<Result>): Promise<Result> {
    for (let sends = 1; ; sends += 1) {
      const running = await waitFor(() => this.#ready(), asked.what, asked.signal);
      try {
        return await ask(running);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        const exit = await running.child.closed;
        if (this.#stop.signal.aborted) throw stopping(this.#name);
        if (!asked.repeatable || sends >= this.#options.timings.maxSends) {
          throw crashed(this.#name, exit, running.child);
        }
        this.#log("info", `${asked.what} is asked again, since the server died under it.`);
      }
    }
  }

  #state(): ServerStatus["state"] {
    if (this.#stop.signal.aborted) return "closed";
    if (this.#running !== undefined) return "ready";
    if (this.#starting !== undefined) return "starting";
    if (this.#failed !== undefined) return "failed";
    return this.#crashes > 0 ? "down" : "idle";
  }

  /** The running server, which concurrent callers start together. */
  async #ready(): Promise<Running> {
    if (this.#stop.signal.aborted) throw stopping(this.#name);
    if (this.#running !== undefined) return this.#running;
    const { clock, timings } = this.#options;
    if (this.#failed !== undefined) {
      if (clock.now().getTime() - this.#failed.at < timings.cooldownMs) throw this.#failed.error;
      this.#failed = undefined;
    }
    this.#starting ??= this.#start()
      .catch((error) => {
        if (error instanceof RingmainError) this.#failed = { error, at: clock.now().getTime() };
        throw error;
      })
      .finally(() => {
        this.#starting = undefined;
      });
    return this.#starting;
  }

  /** Starts it, again and again while it crashes, until it is given up. */
  async #start(): Promise<Running> {
    const { timings } = this.#options;
    for (;;) {
      if (this.#crashes > 0) await this.#backOff();
      const child = this.#spawn();
      try {
        return await this.#open(child);
      } catch (error) {
        const crash = error instanceof ConnectionLost;
        // a server that was refused, or that hangs, is not left running
        if (!crash) this.#dismissed = child;
        await child.end();
        if (this.#stop.signal.aborted) throw stopping(this.#name);
        if (!crash) throw error;
        const exit = await child.closed;
        if (isFinal(exit) || this.#crashes >= timings.maxCrashes) {
          throw notStarted(this.#options.spec, exit, child, this.#crashes);
        }
      }
    }
  }

  async #backOff(): Promise<void> {
    const { clock, random, timings } = this.#options;
    const due = this.#lastCrash + backoffDelay(this.#crashes, random(), timings);
    const wait = due - clock.now().getTime();
    if (wait > 0) await sleep(wait, undefined, { signal: this.#stop.signal }).catch(() => {});
    if (this.#stop.signal.aborted) throw stopping(this.#name);
  }

  #spawn(): Child {
    const { spec, hostEnvironment, timings } = this.#options;
    this.#starts += 1;
    this.#child = startChild({
      spec,
      hostEnvironment,
      graceMs: timings.graceMs,
      onStderr: (line) => this.#log("debug", line),
    });
    return this.#child;
  }

  async #open(child: Child): Promise<Running> {
    const { timings, log } = this.#options;
    // loaded while the server's process starts: the SDK is the largest part of the host's own start
    const { openConnection } = await import("./connection.ts");
    const onLost = () => this.#onLost(child);
    const connection = await openConnection({
      server: this.#name,
      child,
      startMs: timings.startMs,
      log,
      onLost,
    });
    const running: Running = { child, connection };
    if (this.#pins.needed()) await this.#list(running);
    if (child.exit() !== undefined) throw new ConnectionLost();
    this.#running = running;
    return running;
  }

  #onLost(child: Child): void {
    if (this.#running?.child === child) this.#running = undefined;
    const exit = child.exit();
    if (this.#stop.signal.aborted || this.#dismissed === child || exit === undefined) return;
    this.#crashes += 1;
    this.#lastCrash = this.#options.clock.now().getTime();
    this.#log("warn", crashText(this.#name, exit));
  }

  #list(running: Running): Promise<ToolDescription[]> {
    const { timings, spec, token } = this.#options;
    running.tools ??= running.connection
      .list({ token: token(), timeoutMs: spec.timeoutMs ?? timings.callMs })
      .then((tools) => {
        this.#pins.compare(tools);
        return tools;
      })
      .catch((error) => {
        running.tools = undefined;
        throw error;
      });
    return running.tools;
  }

  #log(level: HubEvent["level"], message: string): void {
    this.#options.log({ level, server: this.#name, message });
  }
}

/** The exit code of a usage error or a faulty file, which starting again does not mend. */
const faultyFile = 2;

function isFinal(exit: Exit): boolean {
  return exit.startError !== undefined || exit.code === faultyFile;
}
