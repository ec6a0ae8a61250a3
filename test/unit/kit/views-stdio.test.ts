import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioTransport2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioTransport1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metaKey } from "../../../src/core/call-meta.ts";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const program = new URL("../../fixtures/kit/notes/main.ts", import.meta.url).pathname;

let workspace: TemporaryWorkspace;
let notes: Notes;
let credentials: Record<"desk" | "adder", string>;
let ids: string[];

beforeAll(async () => {
  workspace = await temporaryWorkspace({
    agents: { writer: { tools: ["notes.add_note"] } },
    clients: { desk: { tools: ["notes.*"] }, adder: { tools: ["notes.add_note"] } },
  });
  credentials = {
    desk: await workspace.credential("client:desk"),
    adder: await workspace.credential("client:adder"),
  };
  notes = await openNotes(workspace);
  const token = await workspace.token("agent:writer");
  const added = [];
  for (const text of ["one", "two", "three"]) added.push(await notes.result("add_note", { text }, { token }));
  ids = added.map(({ id }) => String(id));
});
afterAll(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

function startOptions(credential: string | undefined) {
  const env = { RINGMAIN_WORKSPACE: workspace.dir, ...(credential && { RINGMAIN_TOKEN: credential }) };
  return { command: process.execPath, args: [program], env, cwd: "/", stderr: "ignore" as const };
}

async function connect2(credential: string | undefined) {
  const client = new Client2({ name: "test", version: "2" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StdioTransport2(startOptions(credential)));
  return client;
}

async function connect1(credential: string | undefined) {
  const client = new Client1({ name: "test", version: "1" });
  await client.connect(new StdioTransport1(startOptions(credential)));
  return client;
}

describe.each([
  ["2.x", connect2],
  ["1.x", connect1],
])("an official client (%s)", (_line, connect) => {
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect(credentials.desk);
  });
  afterAll(() => client.close());

  it("lists resources page by page, fixed ones first, and templates", async () => {
    const listed = [];
    let cursor: string | undefined;
    do {
      // the client of 2.x follows the cursors by itself
      const page = await client.listResources(cursor === undefined ? undefined : { cursor });
      listed.push(...page.resources);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(listed).toMatchObject([
      { uri: "notes://notes", name: "notes", title: "All notes", mimeType: "application/json" },
      { uri: `notes://note/${ids[0]}`, name: "note", title: "one" },
      { uri: `notes://note/${ids[1]}`, title: "two" },
      { uri: `notes://note/${ids[2]}`, title: "three" },
    ]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([
      { uriTemplate: "notes://note/{id}" },
      { uriTemplate: "notes://page/{limit}" },
    ]);
    expect(notes.lastEntry()).toMatchObject({ principal: "client:desk", tool: "notes.resource_list:note" });
  });

  it("reads a resource as JSON, with its entry", async () => {
    const uri = `notes://note/${ids[1]}`;
    const { contents, _meta } = await client.readResource({ uri });
    expect(contents).toEqual([
      { uri, mimeType: "application/json", text: `{"id":"${ids[1]}","text":"two"}` },
    ]);
    expect(notes.lastEntry()).toMatchObject({
      seq: _meta?.[metaKey.entry],
      principal: "client:desk",
      tool: "notes.resource:note",
      outcome: "done",
    });
  });

  it("is told of a resource that is not there, which is recorded", async () => {
    for (const uri of ["notes://note/none", "other://thing", "nonsense"]) {
      await expect(client.readResource({ uri })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringContaining("NOT_FOUND"),
        data: { uri },
      });
    }
    expect(notes.lastEntry()).toMatchObject({ tool: "notes.resource:unknown", outcome: "failed" });
  });

  it("lists prompts with their arguments, and gets one", async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts).toMatchObject([
      {
        name: "sum_up",
        title: "Sum up notes",
        arguments: [
          { name: "limit", description: "How many notes.", required: true },
          { name: "tone", required: false },
        ],
      },
      { name: "greet" },
    ]);
    const { messages } = await client.getPrompt({ name: "sum_up", arguments: { limit: "1" } });
    expect(messages).toMatchObject([
      { content: { type: "text", text: "Sum these notes up in a plain tone." } },
      { content: { type: "resource", resource: { uri: "notes://notes" } } },
    ]);
    await expect(client.getPrompt({ name: "sum_up", arguments: {} })).rejects.toMatchObject({
      code: -32602,
      data: { [metaKey.error]: { code: "INPUT_INVALID" }, [metaKey.entry]: expect.any(Number) },
    });
    await expect(client.getPrompt({ name: "sum_down" })).rejects.toThrow("prompts/list");
    expect(notes.lastEntry()).toMatchObject({ tool: "notes.prompt:unknown", outcome: "failed" });
  });

  it("completes values, and gets none for what has no completion", async () => {
    const complete = async (uri: string, name: string, value: string) => {
      const ref = { type: "ref/resource" as const, uri };
      return (await client.complete({ ref, argument: { name, value } })).completion;
    };
    expect(await complete("notes://note/{id}", "id", "note_")).toEqual({
      values: expect.arrayContaining(ids),
      hasMore: false,
    });
    expect((await complete("notes://page/{limit}", "limit", "1")).values).toEqual([]);
    expect((await complete("notes://note/{id}", "constructor", "1")).values).toEqual([]);
    const ref = { type: "ref/prompt" as const, name: "sum_up" };
    const tone = await client.complete({ ref, argument: { name: "tone", value: "note_" } });
    expect(tone.completion.values).toHaveLength(3);
  });

  it.each([
    { type: "ref/prompt", name: "sum_down" },
    { type: "ref/resource", uri: "notes://note/{name}" },
  ] as const)("refuses to complete for the unknown reference %o, and records it", async (ref) => {
    await expect(client.complete({ ref, argument: { name: "id", value: "n" } })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining("prompts/list and resources/templates/list"),
      data: { [metaKey.error]: { code: "NOT_FOUND" }, [metaKey.entry]: expect.any(Number) },
    });
    expect(notes.lastEntry()).toMatchObject({ tool: "notes.completion:unknown", outcome: "failed" });
  });
});

it("nothing is listed and everything refused without a credential; one grant opens what needs no more", async () => {
  const nobody = await connect1(undefined);
  expect(await nobody.listResources()).toMatchObject({ resources: [] });
  expect(await nobody.listResourceTemplates()).toMatchObject({ resourceTemplates: [] });
  expect(await nobody.listPrompts()).toMatchObject({ prompts: [] });
  await expect(nobody.readResource({ uri: "notes://notes" })).rejects.toThrow("POLICY_DENIED");
  await expect(nobody.getPrompt({ name: "greet" })).rejects.toThrow("POLICY_DENIED");
  const ref = { type: "ref/resource" as const, uri: "notes://note/{id}" };
  await expect(nobody.complete({ ref, argument: { name: "id", value: "" } })).rejects.toThrow(
    "POLICY_DENIED",
  );
  expect(notes.entries().slice(-3)).toMatchObject([
    { tool: "notes.resource:notes", principal: "client:anonymous", outcome: "denied" },
    { tool: "notes.prompt:greet", outcome: "denied" },
    { tool: "notes.completion:resource_note_id", outcome: "denied" },
  ]);
  await nobody.close();

  const adder = await connect1(credentials.adder);
  expect(await adder.listResources()).toMatchObject({ resources: [] });
  expect((await adder.listPrompts()).prompts.map(({ name }) => name)).toEqual(["greet"]);
  await adder.close();
  expect(notes.verify()).toMatchObject({ faults: [] });
});
