import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { isRecord } from "../core/json.ts";
import type { Child } from "./child.ts";
import { createLineReader } from "./line-reader.ts";
import { safeLine } from "./safe-text.ts";

/** The longest message either side may send, as in the SDK's own transport. */
const maxMessageBytes = 10 * 1024 * 1024;

/**
 * MCP over a server's stdin and stdout. What is no message is skipped with one warning, since a stray `print` in a
 * server must not cost the connection; the SDK's own transport also ends the connection at a line that is too long.
 */
export function createChildTransport(child: Child, warn: (message: string) => void): Transport {
  let warned = false;

  function warnOnce(what: string): void {
    if (!warned) warn(`${what} Only MCP messages belong on stdout; print to stderr instead.`);
    warned = true;
  }

  const lines = createLineReader({
    maxBytes: maxMessageBytes,
    onLine(line) {
      if (line.trim() === "") return;
      const message = parseMessage(line);
      if (message !== undefined) transport.onmessage?.(message);
      else warnOnce(`It wrote "${safeLine(line, 80)}" to stdout, which was skipped.`);
    },
    onDropped({ head, tail, bytes }) {
      warn(
        `It wrote a line of ${bytes} bytes to stdout, which was skipped: the limit is ${maxMessageBytes}.`,
      );
      const id = idOfCutResponse(head, tail);
      // the caller learns at once what it would otherwise learn by a timeout
      if (id !== undefined) {
        const error = { code: -32603, message: "The answer is longer than 10 MiB." };
        transport.onmessage?.({ jsonrpc: "2.0", id, error });
      }
    },
  });

  const transport: Transport = {
    async start() {
      child.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
      // a server that closed its stdout cannot answer any more
      child.stdout.once("end", () => void child.end());
      void child.closed.then(() => transport.onclose?.());
    },
    async send(message) {
      // what the pipe does not take yet is kept by the stream; a broken pipe shows as the server's exit
      child.stdin.write(`${JSON.stringify(message)}\n`);
    },
    close: () => child.end(),
  };
  return transport;
}

function parseMessage(line: string): JSONRPCMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The envelope alone: the protocol layer of the SDK parses each message in full. */
function isMessage(value: unknown): value is JSONRPCMessage {
  return isRecord(value) && value.jsonrpc === "2.0" && ("method" in value || "id" in value);
}

/** The id of a response, from the ends of its text. The SDK's servers write it last, others first. */
function idOfCutResponse(head: string, tail: string): number | undefined {
  const id = /^\{"jsonrpc":"2\.0","id":(\d+),/.exec(head)?.[1] ?? /,"id":(\d+)\}\s*$/.exec(tail)?.[1];
  return id === undefined ? undefined : Number(id);
}
