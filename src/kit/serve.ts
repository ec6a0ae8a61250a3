import { Console } from "node:console";
import { type CallToolResult, Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { approvalOf, kitCapability, metaKey } from "../core/call-meta.ts";
import { systemClock } from "../core/clock.ts";
import { messageOf, RingmainError } from "../core/errors.ts";
import { lazily } from "../core/lazily.ts";
import { readTraceparent } from "../core/trace-context.ts";
import { hubPrincipal, type Identity } from "../identity/principal.ts";
import type { Answer, IncomingCall } from "./call.ts";
import type { ServerDefinition } from "./define-tool.ts";
import { describeTool, mcpDefinition } from "./describe-tool.ts";
import { type OpenServer, openServer } from "./open-server.ts";
import { serveViews, viewCapabilities } from "./serve-views.ts";
import { protocolError, type RequestMeta } from "./view-host.ts";

/** How long calls in flight may take to end when the process is told to. */
const shutDownMs = 1_500;

/**
 * Runs one server over stdio until its input closes. stdout carries the protocol and nothing else; messages
 * for people go to stderr. Ends the process with 2 when the workspace or its database cannot be used.
 */
export async function serve<Tables, Context>(definition: ServerDefinition<Tables, Context>): Promise<void> {
  globalThis.console = new Console(process.stderr);
  let server: OpenServer;
  try {
    server = await openServer(definition, systemClock);
  } catch (error) {
    process.stderr.write(`${describeFailure(definition.name, error)}\n`);
    process.exitCode = error instanceof RingmainError ? 2 : 70;
    return;
  }
  const connection = serveStdio(() => createMcpServer(definition, server));

  let closing = false;
  const shutDown = async () => {
    if (closing) return;
    closing = true;
    // a call that waits for a lock must not keep the process: nothing of it is written, and nobody got an answer
    setTimeout(() => process.exit(), shutDownMs).unref();
    await server.pipeline.idle();
    await connection.close();
    server.close();
    process.exit();
  };
  process.stdin.once("end", shutDown).once("close", shutDown);
  process.once("SIGTERM", shutDown).once("SIGINT", shutDown);
}

/** The MCP side of a server: lists what the caller may call, and hands every call to the pipeline. */
function createMcpServer<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  open: OpenServer,
): Server {
  const { name, title, instructions, resources = [], prompts = [] } = definition;
  const capabilities = {
    tools: {},
    ...viewCapabilities({ resources, prompts }),
    experimental: { [kitCapability]: { version: 1 } },
  };
  const server = new Server({ name, title, version: "0.1.0" }, { capabilities, instructions });
  const tools = definition.tools.map((tool) => ({
    tool,
    listed: lazily(() => mcpDefinition(describeTool(name, tool))),
  }));

  server.setRequestHandler("tools/list", async (_request, { mcpReq }) => {
    const identity = await open.identify(textOf(mcpReq._meta, metaKey.token)).catch(() => undefined);
    const visible = tools.filter(
      ({ tool }) => identity !== undefined && maySee(identity, open, `${name}.${tool.name}`),
    );
    return { tools: visible.map(({ listed }) => listed()) };
  });

  /** What a request says of its caller. */
  const callerOf = (meta: RequestMeta) => {
    const client = server.getClientVersion();
    return {
      identify: () => open.identify(textOf(meta, metaKey.token)),
      step: textOf(meta, metaKey.step),
      client: client && `${client.name}/${client.version}`.slice(0, 100),
      traceparent: readTraceparent(meta?.[metaKey.traceparent]),
    };
  };

  server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    const meta = mcpReq._meta;
    const call: IncomingCall = {
      ...callerOf(meta),
      tool: params.name,
      arguments: params.arguments,
      key: textOf(meta, metaKey.key),
      once: textOf(meta, metaKey.once),
    };
    try {
      return toResult(await open.pipeline.call(call));
    } catch (error) {
      return errorResult(notRecorded(name, error), {});
    }
  });

  serveViews({
    server,
    resources,
    prompts,
    tools: definition.tools,
    async grantsOf(meta) {
      const identity = await open.identify(textOf(meta, metaKey.token)).catch(() => undefined);
      return (tool) => identity !== undefined && maySee(identity, open, `${name}.${tool.name}`);
    },
    async ask(view, values, meta) {
      try {
        return await open.pipeline.call({ ...callerOf(meta), tool: view, isView: true, arguments: values });
      } catch (error) {
        throw protocolError(notRecorded(name, error));
      }
    },
  });
  return server;
}

/** The error of a call when the store cannot write: nothing happened, and no entry can say so. */
function notRecorded(server: string, error: unknown): RingmainError {
  process.stderr.write(`${describeFailure(server, error)}\n`);
  if (error instanceof RingmainError) return error;
  return new RingmainError("INTERNAL", "The call could not be recorded, so it was not made.");
}

function maySee(
  identity: Identity,
  open: OpenServer,
  tool: Parameters<OpenServer["access"]["opens"]>[1],
): boolean {
  return identity.principal === hubPrincipal || open.access.opens(identity, tool) !== undefined;
}

function toResult(answer: Answer): CallToolResult {
  const meta: Record<string, unknown> = { [metaKey.entry]: answer.entry };
  if (answer.replayed !== undefined) meta[metaKey.replayed] = answer.replayed;
  if (answer.error !== undefined) return errorResult(answer.error, meta, answer.policies);
  const text = answer.result ?? "{}";
  return { content: [{ type: "text", text }], structuredContent: JSON.parse(text), _meta: meta };
}

function errorResult(
  error: RingmainError,
  meta: Record<string, unknown>,
  policies: readonly string[] = [],
): CallToolResult {
  const { code, message, hint, retryable } = error;
  const approval = approvalOf(error.details);
  const told = {
    code,
    message,
    ...(hint !== undefined && { hint }),
    retryable,
    policies: [...policies],
    ...(approval !== undefined && { approval }),
  };
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  const text = `${code}: ${sentence}${hint === undefined ? "" : ` ${hint}`}`;
  return { isError: true, content: [{ type: "text", text }], _meta: { ...meta, [metaKey.error]: told } };
}

/**
 * A field of `_meta`. What is there but unusable becomes the empty text, which no token and no key is: to take it
 * for absent would make a call under another identity, or a second time.
 */
function textOf(meta: Record<string, unknown> | undefined, key: string): string | undefined {
  const value = meta?.[key];
  if (value === undefined) return undefined;
  return typeof value === "string" && value.length <= 8192 ? value : "";
}

function describeFailure(server: string, error: unknown): string {
  if (!(error instanceof RingmainError)) return `${server}: ${messageOf(error)}`;
  return `${server}: ${error.code}: ${error.message}${error.hint === undefined ? "" : ` ${error.hint}`}`;
}
