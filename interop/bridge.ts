import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { ServerEntry } from "../test/helpers/mcp-clients.ts";

/** A stdio server that is offered over HTTP for a while. */
export interface Bridge extends AsyncDisposable {
  url: string;
}

/** One client of the bridge, and the process that serves it alone. */
interface Session {
  http: StreamableHTTPServerTransport;
  stdio: StdioClientTransport;
}

/**
 * Offers a stdio server over Streamable HTTP on the loopback interface: for tools that test servers by URL only.
 * Every session starts a process of its own, and messages pass both ways as they are. Disposing ends the processes.
 */
export async function openBridge(entry: ServerEntry): Promise<Bridge> {
  const sessions = new Map<string, Session>();
  const http = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("The bridge has no port.");
  const host = `127.0.0.1:${address.port}`;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    // a page of another site, which a name that leads here makes look like ours (DNS rebinding)
    if (request.headers.host !== host || !["", `http://${host}`].includes(request.headers.origin ?? "")) {
      response.writeHead(403).end();
      return;
    }
    const id = request.headers["mcp-session-id"];
    const session = typeof id === "string" ? sessions.get(id) : openSession(entry, sessions);
    if (session === undefined) response.writeHead(404).end();
    else await session.http.handleRequest(request, response);
  };

  return {
    url: `http://${host}/mcp`,
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions.values()].map(({ stdio }) => stdio.close()));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A session whose process starts when its client has said `initialize`. */
function openSession(entry: ServerEntry, sessions: Map<string, Session>): Session {
  const stdio = new StdioClientTransport({ ...entry, stderr: "inherit" });
  const http = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    async onsessioninitialized(id) {
      await stdio.start();
      sessions.set(id, session);
    },
  });
  const session = { http, stdio };
  http.onmessage = (message) => void stdio.send(message).catch(tell);
  stdio.onmessage = (message) => void http.send(message).catch(tell);
  stdio.onclose = () => void http.close();
  stdio.onerror = tell;
  return session;
}

function tell(error: Error): void {
  process.stderr.write(`bridge: ${error.message}\n`);
}
