import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioTransport2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioTransport1 } from "@modelcontextprotocol/sdk/client/stdio.js";

/** How a client's configuration says to start a server. */
export interface ServerEntry {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** What both lines of the official SDK tell of a tool, as far as tests look at it. */
export interface ListedTool {
  name: string;
  annotations?: Record<string, unknown> | undefined;
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown> | undefined;
}

export interface CalledTool {
  isError?: boolean | undefined;
  content: unknown;
  structuredContent?: unknown;
  _meta?: Record<string, unknown> | undefined;
}

/** An official client, connected to a server that it has started over stdio. */
export interface McpClient {
  listTools(): Promise<ListedTool[]>;
  callTool(name: string, args?: Record<string, unknown>): Promise<CalledTool>;
  close(): Promise<void>;
}

/**
 * The entry started as Claude Desktop does at its worst: in `/`, with nothing in the environment but a bare PATH and
 * what the entry itself sets. `env -i` clears what the SDK's transports would pass on.
 */
function bare({ command, args, env }: ServerEntry) {
  const set = Object.entries({ PATH: "/usr/bin:/bin", ...env }).map(([name, value]) => `${name}=${value}`);
  return { command: "/usr/bin/env", args: ["-i", ...set, command, ...args], cwd: "/" };
}

/** The official client of each line of the SDK: opens a connection to a server. */
export const officialClients = {
  "@modelcontextprotocol/client 2.x": async (entry: ServerEntry): Promise<McpClient> => {
    const client = new Client2({ name: "client-two", version: "2.0.0" });
    await client.connect(new StdioTransport2(bare(entry)));
    return {
      listTools: async () => (await client.listTools()).tools.map(plain<ListedTool>),
      callTool: async (name, args = {}) =>
        plain<CalledTool>(await client.callTool({ name, arguments: args })),
      close: () => client.close(),
    };
  },
  "@modelcontextprotocol/sdk 1.x": async (entry: ServerEntry): Promise<McpClient> => {
    const client = new Client1({ name: "client-one", version: "1.0.0" });
    await client.connect(new StdioTransport1(bare(entry)));
    return {
      listTools: async () => (await client.listTools()).tools.map(plain<ListedTool>),
      callTool: async (name, args = {}) =>
        plain<CalledTool>(await client.callTool({ name, arguments: args })),
      close: () => client.close(),
    };
  },
};

/** What a client made of a message, as the JSON it is. */
function plain<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value));
}
