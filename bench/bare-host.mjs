// The baseline of a cold start: starts one bare server, calls its tool once through the SDK's client, and exits.
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const server = fileURLToPath(new URL("bare-server.mjs", import.meta.url));
const client = new Client({ name: "bare", version: "1" });
await client.connect(new StdioClientTransport({ command: process.execPath, args: [server] }));
const { structuredContent } = await client.callTool({ name: "echo", arguments: { text: "hello" } });
process.stdout.write(`${JSON.stringify(structuredContent)}\n`);
await client.close();
