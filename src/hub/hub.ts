import { type Clock, systemClock } from "../core/clock.ts";
import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import type { CallAnswer, CallRequest } from "./call-request.ts";
import type { HubLog } from "./hub-event.ts";
import type { ServerSpec } from "./server-spec.ts";
import { type ServerStatus, SupervisedServer } from "./supervised-server.ts";
import { defaultTimings, type HubTimings } from "./timings.ts";

export interface HubOptions {
  servers: readonly ServerSpec[];
  /** The hub's own token: it lists tools with it, and makes the calls that bring none of their own. */
  token?: (() => string | undefined) | undefined;
  /** Tool ids and hashes from `ringmain.lock`. */
  pinned?: ReadonlyMap<string, string> | undefined;
  log?: HubLog | undefined;
  timings?: Partial<HubTimings> | undefined;
  /** The environment of this program, of which servers see an allow-listed part. */
  environment?: NodeJS.ProcessEnv | undefined;
  clock?: Clock | undefined;
  /** In [0, 1); spreads restarts. */
  random?: (() => number) | undefined;
}

/** The servers of a workspace, each one process and one client that all agents and runs share. */
export interface Hub {
  /** Starts a server ahead of its first use, which then finds it ready or tells why it is not. */
  start(server: string): void;
  /** The tools of one server, or of all. Starts what is not running. Throws SERVER_UNAVAILABLE, STATE_INVALID. */
  tools(server?: string): Promise<ToolDescription[]>;
  /**
   * Makes one call. Throws the server's own RingmainError with CallErrorDetails, or NOT_FOUND for an unknown server,
   * SERVER_UNAVAILABLE, STATE_INVALID (no kit), TIMEOUT, TOOL_CHANGED, RUN_CANCELLED or the signal's own reason,
   * INTERNAL.
   */
  call(request: CallRequest): Promise<CallAnswer>;
  status(): ServerStatus[];
  /** Ends all servers; calls in flight fail with SERVER_UNAVAILABLE. Safe to repeat. Never rejects. */
  close(): Promise<void>;
}

/** Makes a hub. Nothing is started before it is used. The caller closes it, also on SIGINT and SIGTERM. */
export function createHub(options: HubOptions): Hub {
  const token = options.token ?? (() => undefined);
  const servers = new Map<string, SupervisedServer>();
  for (const spec of options.servers) {
    const server = new SupervisedServer({
      spec,
      token,
      pinned: options.pinned ?? new Map(),
      log: options.log ?? (() => {}),
      timings: { ...defaultTimings, ...options.timings },
      hostEnvironment: options.environment ?? process.env,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
    });
    servers.set(spec.name, server);
  }

  function serverNamed(name: string): SupervisedServer {
    const server = servers.get(name);
    if (server !== undefined) return server;
    const names = [...servers.keys()];
    throw new RingmainError("NOT_FOUND", `There is no server "${name}" in this workspace.`, {
      hint: didYouMean(name, names) ?? `Its servers are: ${names.join(", ") || "none"}.`,
    });
  }

  return {
    start: (name) => serverNamed(name).start(),
    async tools(name) {
      if (name !== undefined) return serverNamed(name).tools();
      const lists = await Promise.all([...servers.values()].map((server) => server.tools()));
      return lists.flat();
    },
    async call(request) {
      const dot = request.tool.indexOf(".");
      const server = serverNamed(dot === -1 ? request.tool : request.tool.slice(0, dot));
      if (dot === -1) {
        throw new RingmainError("INPUT_INVALID", `"${request.tool}" names a server, but no tool.`, {
          hint: `Write it as ${request.tool}.tool; \`ringmain servers\` lists the tools.`,
        });
      }
      const call = request.token === undefined ? { ...request, token: token() } : request;
      return server.call(request.tool.slice(dot + 1), call);
    },
    status: () => [...servers.values()].map((server) => server.status()),
    async close() {
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}
