import { Client, SdkErrorCode } from "@modelcontextprotocol/client";
import { kitCapability, metaKey } from "../core/call-meta.ts";
import { formatDuration } from "../core/duration.ts";
import { messageOf, RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import { readAnswer } from "./call-answer.ts";
import { ConnectionLost, cancelled } from "./call-failures.ts";
import { type CallAnswer, type CallRequest, isKeyed } from "./call-request.ts";
import type { Child } from "./child.ts";
import { createChildTransport } from "./child-transport.ts";
import type { HubLog } from "./hub-event.ts";
import { describeTool } from "./listed-tools.ts";

/** One client, connected to one server's process and shared by all callers. */
export interface Connection {
  /** All tools the holder of the token may see. Throws as `call` does, and STATE_INVALID for a tool without effect. */
  list(options: { token: string | undefined; timeoutMs: number }): Promise<ToolDescription[]>;
  /**
   * Sends one call. Throws the server's own error, TIMEOUT, ConnectionLost, INTERNAL, or when the signal is aborted
   * its reason or RUN_CANCELLED; in these two cases the server is told to stop.
   */
  call(name: string, request: CallRequest, timeoutMs: number): Promise<CallAnswer>;
}

interface ConnectionOptions {
  server: string;
  child: Child;
  startMs: number;
  log: HubLog;
  /** Called when the server's process has ended, before any call in flight fails with ConnectionLost. */
  onLost(): void;
}

/** The most pages of a `tools/list` that are read: a server that never ends its list must not end the host. */
const maxPages = 100;

/**
 * Speaks `initialize` with a server. Throws STATE_INVALID for one that is not built on the kit, ConnectionLost for one
 * that ended, SERVER_UNAVAILABLE for one that does not answer in time or speaks something else.
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { server, child, startMs, log } = options;
  // No versionNegotiation: `initialize` needs one round trip, as the discovery of the 2026 era does, and the calls
  // after it are smaller and cheaper, since they carry no envelope. The validator is never asked: the kit checked.
  let lost = false;
  const client = new Client({ name: "ringmain", version: "1" }, { jsonSchemaValidator: noValidator });
  client.onclose = () => {
    lost = true;
    options.onLost();
  };
  client.onerror = (error) => log({ level: "debug", server, message: messageOf(error) });
  const transport = createChildTransport(child, (message) => log({ level: "warn", server, message }));
  try {
    await client.connect(transport, { timeout: startMs });
  } catch (error) {
    throw lost ? new ConnectionLost() : startError(server, error, startMs);
  }
  checkKit(server, client.getServerCapabilities());

  /** Makes one request and words its failures. */
  async function ask<Result>(request: () => Promise<Result>, asked: Asked): Promise<Result> {
    try {
      return await request();
    } catch (error) {
      if (asked.signal?.aborted) throw cancelled(asked.what, asked.signal);
      if (lost) throw new ConnectionLost();
      throw wordFailure(error, asked);
    }
  }

  return {
    async list({ token, timeoutMs }) {
      const tools: ToolDescription[] = [];
      let cursor: string | undefined;
      const asked = { what: `The list of tools of server ${server}`, timeoutMs, retryable: true };
      for (let page = 0; page < maxPages; page += 1) {
        const params = { _meta: { [metaKey.token]: token }, ...(cursor && { cursor }) };
        const answer = await ask(
          () => client.request({ method: "tools/list", params }, { timeout: timeoutMs }),
          asked,
        );
        for (const tool of answer.tools) tools.push(describeTool(server, tool));
        cursor = answer.nextCursor;
        if (cursor === undefined) return tools;
      }
      throw new RingmainError("INTERNAL", `The list of tools of server ${server} does not end.`);
    },
    async call(name, request, timeoutMs) {
      const { tool, token, step, key, once, traceparent, signal } = request;
      const meta = {
        [metaKey.token]: token,
        [metaKey.step]: step,
        [metaKey.key]: key,
        [metaKey.once]: once,
        [metaKey.traceparent]: traceparent,
      };
      const params = { name, arguments: request.arguments, _meta: meta };
      const result = await ask(
        () =>
          client.request({ method: "tools/call", params }, { timeout: timeoutMs, ...(signal && { signal }) }),
        { what: tool, timeoutMs, retryable: isKeyed(request), signal },
      );
      return readAnswer(tool, result);
    },
  };
}

/** A request, as its failure is worded. */
interface Asked {
  what: string;
  timeoutMs: number;
  /** Whether it is safe to ask again after a timeout. */
  retryable: boolean;
  signal?: AbortSignal | undefined;
}

const noValidator = {
  getValidator: () => () => {
    throw new Error("Results are checked by the kit, not by the client.");
  },
};

function checkKit(server: string, capabilities: ReturnType<Client["getServerCapabilities"]>): void {
  const kit: unknown = capabilities?.experimental?.[kitCapability];
  if (isRecord(kit) && kit.version === 1) return;
  if (kit !== undefined) {
    throw new RingmainError("STATE_INVALID", `Server ${server} is built on another version of the kit.`, {
      hint: "Bring the server and this program to the same version.",
    });
  }
  throw new RingmainError("STATE_INVALID", `Server ${server} is not built on Ringmain's kit.`, {
    hint:
      "The guard for servers of third parties is not built yet; without it, calls to this server would be neither " +
      "permitted nor recorded. Take it out of ringmain.yaml.",
  });
}

function startError(server: string, error: unknown, startMs: number): RingmainError {
  const late = sdkCode(error) === SdkErrorCode.RequestTimeout;
  const what = late ? `did not answer within ${formatDuration(startMs)}` : "does not speak MCP";
  return new RingmainError("SERVER_UNAVAILABLE", `Server ${server} started, but ${what}.`, {
    hint: `Check that the command of server ${server} in ringmain.yaml starts an MCP server over stdio.`,
    cause: error,
  });
}

function wordFailure(error: unknown, { what, timeoutMs, retryable }: Asked): RingmainError {
  if (sdkCode(error) === SdkErrorCode.RequestTimeout) {
    return new RingmainError("TIMEOUT", `${what} did not answer within ${formatDuration(timeoutMs)}.`, {
      hint: "It may have been done all the same: `ringmain audit tail` shows it. To wait longer, set a timeout.",
      retryable,
      cause: error,
    });
  }
  // the text of a protocol error is the server's own, and so is not passed on
  return new RingmainError("INTERNAL", `${what} failed with a fault of the protocol.`, {
    hint: "Look in the server's own log.",
    cause: error,
  });
}

function sdkCode(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}
