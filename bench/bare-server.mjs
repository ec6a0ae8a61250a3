// The baseline's server: one tool on the SDK's low-level Server over stdio, and nothing else. Plain JavaScript, so
// that stripping types does not slow it.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const text = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
const echo = { name: "echo", description: "Says it back.", inputSchema: text, outputSchema: text };

serveStdio(() => {
  const server = new Server({ name: "bare", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: [echo] }));
  server.setRequestHandler("tools/call", ({ params }) => {
    const said = { text: String(params.arguments?.text) };
    return { content: [{ type: "text", text: JSON.stringify(said) }], structuredContent: said };
  });
  return server;
});
process.stdin.once("end", () => process.exit());
