import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const policies = {
  notes: `
    @id("not-by-sevens") forbid (principal, action == Action::"notes.list_notes", resource)
    when { context.arguments.limit == 7 };
    @id("ask-by-eights") @approval("editors") forbid (principal, action == Action::"notes.list_notes", resource)
    when { context.arguments.limit == 8 };`,
};

let workspace: TemporaryWorkspace;
let notes: Notes;
let reader: string;
let adder: string;

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: {
      writer: { tools: ["notes.*", "notes.add_note"] },
      reader: { tools: ["notes.*"] },
      adder: { tools: ["notes.add_note"] },
      busy: { tools: ["notes.*"], limits: { calls_per_day: 1 } },
    },
    policies,
  });
  notes = await openNotes(workspace);
  reader = await workspace.token("agent:reader");
  adder = await workspace.token("agent:adder");
  const token = await workspace.token("agent:writer");
  for (const text of ["one", "two", "three"]) await notes.result("add_note", { text }, { token });
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

/** A resource, with the values that its URI gives. */
const resource = (name: string, values: Record<string, string> = {}, token = reader) =>
  notes.view(`resource:${name}`, { uri: "notes://x", values }, { token });

describe("a resource", () => {
  it("is read as a call of its tool would be: granted, recorded, its result kept", async () => {
    const answer = await resource("notes");
    expect(JSON.parse(answer.result ?? "")).toMatchObject({ items: [{ text: "one" }, { text: "two" }, {}] });
    expect(notes.lastEntry()).toMatchObject({
      kind: "call",
      principal: "agent:reader",
      verified_by: "runner_token",
      tool: "notes.resource:notes",
      effect: "read",
      decision: "allow",
      policies: ["notes.*", "not-by-sevens", "ask-by-eights"],
      outcome: "done",
      changed: [],
    });
    expect(notes.payload(answer.entry)).toEqual({
      arguments: '{"uri":"notes://x","values":{}}',
      facts: null,
      result: answer.result,
    });
    expect(notes.verify()).toMatchObject({ entries: 4, faults: [] });
  });

  it("is refused without the grant of its tool, and the refusal is recorded", async () => {
    const answer = await resource("notes", {}, adder);
    expect(answer.error).toMatchObject({
      code: "POLICY_DENIED",
      message: "agent:adder has no grant for notes.list_notes",
      hint: expect.stringContaining("agents/adder.md"),
    });
    const anonymous = await notes.view("resource:notes", { uri: "u", values: {} });
    expect(anonymous.error?.code).toBe("POLICY_DENIED");
    expect(notes.entries().slice(-2)).toMatchObject([
      { tool: "notes.resource:notes", outcome: "denied", decision: "deny", principal: "agent:adder" },
      { tool: "notes.resource:notes", outcome: "denied", decision: "deny", principal: "client:anonymous" },
    ]);
  });

  it("is refused by a policy over the arguments that it gives to its tool", async () => {
    expect((await resource("page", { limit: "2" })).error).toBeUndefined();
    const answer = await resource("page", { limit: "7" });
    expect(answer).toMatchObject({ error: { code: "POLICY_DENIED" }, policies: ["not-by-sevens"] });
    expect(notes.lastEntry()).toMatchObject({ outcome: "denied", policies: ["not-by-sevens"] });
  });

  it("waits for no person: only a call can, which it says", async () => {
    const answer = await resource("page", { limit: "8" });
    expect(answer.error).toMatchObject({
      code: "APPROVAL_REQUIRED",
      hint: "Only a call can wait for a person: call the tool itself.",
      details: undefined,
    });
    expect(notes.reader.prepare("SELECT * FROM approval_request").all()).toEqual([]);
  });

  it("counts towards limits, and answers what its tool refuses", async () => {
    const token = await workspace.token("agent:busy");
    await resource("notes", {}, token);
    expect((await resource("notes", {}, token)).error?.code).toBe("LIMIT_EXCEEDED");
    expect((await resource("page", { limit: "many" })).error?.code).toBe("INPUT_INVALID");
    expect((await resource("note", { id: "none" })).error).toMatchObject({
      code: "NOT_FOUND",
      message: "There is no note none.",
    });
  });

  it("cannot be reached as a tool, nor a tool as a resource", async () => {
    const asTool = await notes.call("resource:notes", { uri: "u", values: {} }, { token: reader });
    const asView = await notes.view("list_notes", {}, { token: reader });
    expect([asTool.error?.code, asView.error?.code]).toEqual(["NOT_FOUND", "NOT_FOUND"]);
    expect(notes.entries().at(-1)).toMatchObject({ tool: "notes.list_notes", outcome: "failed" });
  });
});

describe("a prompt", () => {
  it("draws on its tools, each read permitted with its own arguments", async () => {
    const got = await notes.view("prompt:sum_up", { limit: "2" }, { token: reader });
    const { messages } = JSON.parse(got.result ?? "");
    expect(messages).toMatchObject([
      { role: "user", content: { type: "text", text: "Sum these notes up in a plain tone." } },
      { content: { type: "resource", resource: { uri: "notes://notes", mimeType: "application/json" } } },
    ]);
    expect(JSON.parse(messages[1].content.resource.text).items).toHaveLength(2);
    expect(notes.lastEntry()).toMatchObject({ tool: "notes.prompt:sum_up", outcome: "done" });

    const seven = await notes.view("prompt:sum_up", { limit: "7" }, { token: reader });
    expect(seven).toMatchObject({ error: { code: "POLICY_DENIED" }, policies: ["not-by-sevens"] });
    const wrong = await notes.view("prompt:sum_up", { limit: "x", more: "y" }, { token: reader });
    expect(wrong.error?.code).toBe("INPUT_INVALID");
    const closed = await notes.view("prompt:sum_up", { limit: "2" }, { token: adder });
    expect(closed.error?.code).toBe("POLICY_DENIED");
  });

  it("that reads nothing is opened by any grant on the server, and by none else", async () => {
    const opened = await notes.view("prompt:greet", {}, { token: adder });
    expect(opened.error).toBeUndefined();
    expect(notes.lastEntry()).toMatchObject({ policies: ["notes.add_note"], decision: "allow" });
    expect((await notes.view("prompt:greet", {})).error?.code).toBe("POLICY_DENIED");
    expect(notes.lastEntry()).toMatchObject({ outcome: "denied", decision: "deny" });
  });
});

describe("a completion", () => {
  it("suggests what its read finds, and is permitted and recorded like it", async () => {
    const all = await notes.view("completion:resource_note_id", { typed: "note_" }, { token: reader });
    expect(JSON.parse(all.result ?? "").values).toHaveLength(3);
    const none = await notes.view("completion:resource_note_id", { typed: "x" }, { token: reader });
    expect(JSON.parse(none.result ?? "")).toEqual({ values: [], has_more: false });
    expect(notes.lastEntry()).toMatchObject({ tool: "notes.completion:resource_note_id", effect: "read" });
    const refused = await notes.view("completion:prompt_sum_up_tone", { typed: "" }, { token: adder });
    expect(refused.error?.code).toBe("POLICY_DENIED");
  });
});
