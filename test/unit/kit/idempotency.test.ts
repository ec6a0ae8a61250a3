import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let notes: Notes;
let ann: string;
let bob: string;
let eve: string;

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: {
      ann: { tools: ["notes.add_note", "notes.boom", "notes.send_note"] },
      bob: { tools: ["notes.add_note"] },
      eve: { tools: ["notes.*"] },
    },
  });
  notes = await openNotes(workspace);
  ann = await workspace.token("agent:ann", { run: { id: "run_a", workflow: "w", workflowHash: "h" } });
  bob = await workspace.token("agent:bob");
  eve = await workspace.token("agent:eve");
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

describe("an idempotency key", () => {
  it("gives the stored result again for the same arguments, and does nothing", async () => {
    const first = await notes.call("add_note", { text: "once" }, { token: ann, key: "run_a/k" });
    const second = await notes.call(
      "add_note",
      { pinned: false, text: "once" },
      { token: ann, key: "run_a/k" },
    );
    expect(second.result).toBe(first.result);
    expect(second.replayed).toEqual({ entry: first.entry, run: "run_a" });
    expect(notes.notes()).toEqual(["once"]);
    expect(notes.lastEntry()).toMatchObject({
      outcome: "replayed",
      replay_of: first.entry,
      changed: [],
      key: "run_a/k",
    });
    expect(notes.payload(second.entry)?.result).toBeNull();
    expect(notes.verify().faults).toEqual([]);
  });

  it("does the work once for calls in flight together", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        notes.call("add_note", { text: "once" }, { token: ann, key: "run_a/k" }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.result)).size).toBe(1);
    expect(answers.filter((answer) => answer.replayed === undefined)).toHaveLength(1);
    expect(notes.notes()).toEqual(["once"]);
  });

  it("is a conflict with other arguments", async () => {
    await notes.result("add_note", { text: "one" }, { token: ann, key: "run_a/k" });
    const answer = await notes.call("add_note", { text: "two" }, { token: ann, key: "run_a/k" });
    expect(answer.error).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("#1") });
    expect(notes.notes()).toEqual(["one"]);
    expect(notes.lastEntry()).toMatchObject({ outcome: "failed", error: "CONFLICT" });
  });

  it("does not remember a failure or a refusal", async () => {
    await notes.call("send_note", { id: "note_0" }, { token: ann, key: "run_a/k" });
    await notes.call("send_note", { id: "note_0" }, { token: ann, key: "run_a/k" });
    expect(notes.entries().map((entry) => entry.error)).toEqual(["NOT_FOUND", "NOT_FOUND"]);
    await notes.call("add_note", { text: "x" }, { token: eve, key: "run_a/k" });
    expect(
      (await notes.call("add_note", { text: "x" }, { token: ann, key: "run_a/k" })).replayed,
    ).toBeUndefined();
  });

  it("belongs to its principal and its tool", async () => {
    await notes.result("add_note", { text: "ann's" }, { token: ann, key: "run_a/k" });
    await notes.result("add_note", { text: "bob's" }, { token: bob, key: "run_a/k" });
    expect(notes.notes()).toEqual(["ann's", "bob's"]);
    const { error } = await notes.call("boom", {}, { token: ann, key: "run_a/k" });
    expect(error?.code).toBe("INTERNAL");
  });

  it("answers RESULT_ERASED once the payload is gone", async () => {
    await notes.result("add_note", { text: "one" }, { token: ann, key: "run_a/k" });
    notes.reader.exec("DELETE FROM audit_payload WHERE seq = 1");
    const answer = await notes.call("add_note", { text: "one" }, { token: ann, key: "run_a/k" });
    expect(answer.error).toMatchObject({ code: "RESULT_ERASED" });
    expect(notes.notes()).toEqual(["one"]);
    expect(notes.verify()).toMatchObject({ erased: 1 });
  });

  it.each([
    ["empty", ""],
    ["too long", "k".repeat(2049)],
    ["with a control character", "k\u0000"],
    ["with half a character", "k\ud800"],
  ])("that cannot be kept is refused, not ignored: %s", async (_what, key) => {
    for (const extras of [{ key }, { once: key }, { step: key }]) {
      const answer = await notes.call("add_note", { text: "x" }, { token: ann, ...extras });
      expect(answer.error?.code).toBe("INPUT_INVALID");
      expect(notes.lastEntry()).toMatchObject({ outcome: "failed", principal: "agent:ann" });
    }
    expect(notes.notes()).toEqual([]);
  });

  it("may be any other text", async () => {
    for (const key of [`run_a/${"k".repeat(2042)}`, "run_a/step[Zoë 🚢]/'\"\\%_"]) {
      const request = ["add_note", { text: "x" }, { token: ann, key }] as const;
      const first = await notes.call(...request);
      expect((await notes.call(...request)).replayed?.entry).toBe(first.entry);
    }
  });
});

describe("a business key", () => {
  it("is one for everybody, never conflicts, and tells who did the work", async () => {
    const first = await notes.call(
      "add_note",
      { text: "ann's" },
      { token: ann, once: "invoice 7", key: "run_a/a" },
    );
    const second = await notes.call(
      "add_note",
      { text: "bob's" },
      { token: bob, once: "invoice 7", key: "b" },
    );
    expect(second).toMatchObject({ result: first.result, replayed: { entry: first.entry, run: "run_a" } });
    expect(notes.notes()).toEqual(["ann's"]);
    expect(notes.lastEntry()).toMatchObject({
      principal: "agent:bob",
      outcome: "replayed",
      once: "invoice 7",
    });
  });

  it("is scoped by tool, and a failure does not use it up", async () => {
    await notes.call("boom", {}, { token: ann, once: "invoice 7" });
    const answer = await notes.call("add_note", { text: "x" }, { token: ann, once: "invoice 7" });
    expect(answer).toMatchObject({ entry: 2, policies: ["notes.add_note"] });
    expect(answer.replayed).toBeUndefined();
  });

  it("gives its result only to those who may call the tool", async () => {
    await notes.result("add_note", { text: "ann's" }, { token: ann, once: "invoice 7" });
    const answer = await notes.call("add_note", { text: "eve's" }, { token: eve, once: "invoice 7" });
    expect(answer).toMatchObject({ error: { code: "POLICY_DENIED" } });
    expect(answer.result).toBeUndefined();
  });
});
