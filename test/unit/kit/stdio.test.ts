import { DatabaseSync } from "node:sqlite";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioTransport2 } from "@modelcontextprotocol/client/stdio";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioTransport1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastEntries } from "../../../src/audit/read.ts";
import { metaKey } from "../../../src/core/call-meta.ts";
import { handshake, notesOptions, startRaw } from "../../fixtures/kit/raw-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let credential: string;

beforeAll(async () => {
  workspace = await temporaryWorkspace({
    agents: { writer: { tools: ["notes.add_note"] } },
    clients: { desk: { tools: ["notes.*", "notes.add_note", "notes.big_result"] } },
    roles: { owner: { tools: ["notes.*"] } },
  });
  credential = await workspace.credential("client:desk");
});
afterAll(() => workspace[Symbol.dispose]());

function entries() {
  const database = new DatabaseSync(workspace.databasePath);
  try {
    return lastEntries(database, {}, 1000);
  } finally {
    database.close();
  }
}

const startOptions = (environment: Record<string, string>) => notesOptions(workspace, environment);
const start = (environment: Record<string, string>) => startRaw(workspace, environment);

async function connect2(environment: Record<string, string>, mode: "legacy" | "auto") {
  const client = new Client2({ name: "test", version: "2" }, { versionNegotiation: { mode } });
  await client.connect(new StdioTransport2(startOptions(environment)));
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: (name: string, args: Record<string, unknown>, meta?: Record<string, unknown>) =>
      client.callTool({ name, arguments: args, ...(meta && { _meta: meta }) }),
    close: () => client.close(),
  };
}

async function connect1(environment: Record<string, string>) {
  const client = new Client1({ name: "test", version: "1" });
  await client.connect(new StdioTransport1(startOptions(environment)));
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: (name: string, args: Record<string, unknown>, meta?: Record<string, unknown>) =>
      client.callTool({ name, arguments: args, ...(meta && { _meta: meta }) }),
    close: () => client.close(),
  };
}

describe.each([
  ["2.x, initialize", (environment: Record<string, string>) => connect2(environment, "legacy")],
  ["2.x, discovery", (environment: Record<string, string>) => connect2(environment, "auto")],
  ["1.x", (environment: Record<string, string>) => connect1(environment)],
])("an official client (%s)", (line, connect) => {
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect({ RINGMAIN_TOKEN: credential });
  });
  afterAll(() => client.close());

  it("lists the tools it has grants for, with schemas of 2020-12, and calls them", async () => {
    const tools = await client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual(["add_note", "big_result", "list_notes"]);
    for (const { inputSchema, outputSchema } of tools) {
      for (const schema of [inputSchema, outputSchema]) {
        expect(schema).toMatchObject({
          $schema: "https://json-schema.org/draft/2020-12/schema",
          type: "object",
        });
      }
    }
    const list = tools.find((tool) => tool.name === "list_notes");
    expect(list?.annotations).toEqual({
      title: "List notes",
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    });
    const add = tools.find((tool) => tool.name === "add_note");
    expect(add?.annotations).toMatchObject({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
    });

    const added = await client.callTool("add_note", { text: "by a client" });
    const listed = await client.callTool("list_notes", { limit: 1 });
    const ajv = new AjvJsonSchemaValidator();
    for (const [result, tool] of [
      [added, add],
      [listed, list],
    ] as const) {
      expect(result.isError).toBeFalsy();
      const validate = ajv.getValidator(JSON.parse(JSON.stringify(tool?.outputSchema)));
      expect(validate(result.structuredContent)).toMatchObject({ valid: true });
      expect(validate({})).toMatchObject({ valid: false });
      expect(result.content).toEqual([{ type: "text", text: JSON.stringify(result.structuredContent) }]);
      expect(result._meta?.[metaKey.entry]).toBeTypeOf("number");
    }
    expect(entries().at(-1)).toMatchObject({
      principal: "client:desk",
      verified_by: "credential",
      outcome: "done",
    });
  });

  it("sees and may do nothing without a credential, which is recorded", async () => {
    const nobody = await connect({});
    expect(await nobody.listTools()).toEqual([]);
    const refused = await nobody.callTool("add_note", { text: "by nobody" });
    expect(refused).toMatchObject({
      isError: true,
      _meta: { [metaKey.error]: { code: "POLICY_DENIED", retryable: false } },
    });
    expect(refused.structuredContent).toBeUndefined();
    expect(entries().at(-1)).toMatchObject({
      principal: "client:anonymous",
      outcome: "denied",
      tool: "notes.add_note",
    });
    await nobody.close();
  });

  it("may say where its own trace is; what is no traceparent is no matter", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await client.callTool("list_notes", {}, { traceparent });
    expect(entries().at(-1)).toMatchObject({ tool: "notes.list_notes", outcome: "done", traceparent });
    for (const wrong of ["00-nonsense", 7, { traceparent }]) {
      await client.callTool("list_notes", {}, { traceparent: wrong });
      expect(entries().at(-1)).toMatchObject({ tool: "notes.list_notes", outcome: "done" });
      expect(entries().at(-1)).not.toHaveProperty("traceparent");
    }
  });

  it("is told what is wrong with a call, in its result", async () => {
    const wrong = await client.callTool("add_note", { text: 5 });
    const unknown = await client.callTool("ad_note", {});
    const printing = await client.callTool("big_result", { length: 2 ** 20 });
    const codes = [wrong, unknown, printing].map((result) => Object(result._meta?.[metaKey.error]).code);
    expect(codes).toEqual(["INPUT_INVALID", "NOT_FOUND", "STATE_INVALID"]);
    expect(JSON.stringify(wrong.content)).toContain("text: must be text");
    expect(JSON.stringify(unknown.content)).toContain('Did you mean \\"add_note\\"?');
  });

  it("sends tokens, steps and keys beside the arguments; a token goes before the process's credential", async () => {
    const token = await workspace.token("agent:writer", {}, new Date());
    const meta = { [metaKey.token]: token, [metaKey.key]: `${line}/k`, [metaKey.step]: "s" };
    const first = await client.callTool("add_note", { text: "keyed" }, meta);
    const second = await client.callTool("add_note", { text: "keyed" }, meta);
    expect(second.structuredContent).toEqual(first.structuredContent);
    expect(second._meta?.[metaKey.replayed]).toEqual({ entry: first._meta?.[metaKey.entry] });
    expect(entries().at(-1)).toMatchObject({ principal: "agent:writer", step: "s", outcome: "replayed" });

    for (const unusable of [{ [metaKey.token]: 5 }, { [metaKey.token]: "x".repeat(9000) }]) {
      const refused = await client.callTool("add_note", { text: "no" }, unusable);
      expect(refused.isError).toBe(true);
      expect(entries().at(-1)).toMatchObject({ principal: "client:anonymous", outcome: "denied" });
    }
    const unkeyed = await client.callTool("add_note", { text: "no" }, { ...meta, [metaKey.key]: ["k"] });
    expect(unkeyed._meta?.[metaKey.error]).toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("the process of a server", () => {
  it("writes the protocol to stdout and nothing else", async () => {
    const server = start({ RINGMAIN_TOKEN: credential });
    const lines = server.lines();
    server.send({ id: 1, method: "initialize", params: handshake });
    server.send({ method: "notifications/initialized" });
    server.send({ id: 2, method: "tools/call", params: { name: "big_result", arguments: { length: 1 } } });
    const answers = [await lines.next(), await lines.next()].map(({ value }) => JSON.parse(value ?? ""));
    expect(answers).toMatchObject([
      { jsonrpc: "2.0", id: 1 },
      { jsonrpc: "2.0", id: 2, result: { structuredContent: { text: "x" } } },
    ]);
    expect(server.stderr()).toContain("a handler that prints");
    await server.endsWithin(2_000, () => server.child.stdin?.end());
    expect((await lines.next()).done).toBe(true);
  });

  it("makes the calls that came before its input closed, and ends within two seconds", async () => {
    const server = start({ RINGMAIN_TOKEN: credential });
    const lines = server.lines();
    server.send({ id: 1, method: "initialize", params: handshake });
    await lines.next();
    const code = await server.endsWithin(2_000, () => {
      server.send({
        id: 2,
        method: "tools/call",
        params: { name: "add_note", arguments: { text: "last words" } },
      });
      server.child.stdin?.end();
    });
    expect(code).toBe(0);
    const database = new DatabaseSync(workspace.databasePath);
    expect(database.prepare("SELECT count(*) AS n FROM notes_note WHERE text = 'last words'").get()).toEqual({
      n: 1,
    });
    database.close();
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends on %s within two seconds", async (signal) => {
    const server = start({});
    server.send({ id: 1, method: "initialize", params: handshake });
    await server.lines().next();
    expect(await server.endsWithin(2_000, () => server.child.kill(signal))).toBe(0);
  });

  it("ends within two seconds also while a call waits for the store", async () => {
    const server = start({ RINGMAIN_TOKEN: credential });
    const lines = server.lines();
    server.send({ id: 1, method: "initialize", params: handshake });
    await lines.next();
    const database = new DatabaseSync(workspace.databasePath);
    database.exec("BEGIN IMMEDIATE");
    await server.endsWithin(2_500, () => {
      server.send({
        id: 2,
        method: "tools/call",
        params: { name: "add_note", arguments: { text: "too late" } },
      });
      server.child.stdin?.end();
    });
    database.exec("ROLLBACK");
    expect(database.prepare("SELECT count(*) AS n FROM notes_note WHERE text = 'too late'").get()).toEqual({
      n: 0,
    });
    database.close();
  });

  it.each([
    ["no workspace", { RINGMAIN_WORKSPACE: "" }, "RINGMAIN_WORKSPACE"],
    ["a workspace that is none", { RINGMAIN_WORKSPACE: "/nowhere" }, "ringmain init"],
  ])("ends with 2 and a remedy for %s", async (_what, environment, remedy) => {
    const server = start(environment);
    expect(await server.endsWithin(5_000, () => {})).toBe(2);
    expect(server.stderr()).toContain(remedy);
    expect(server.stderr().trim().split("\n")).toHaveLength(1);
  });
});
