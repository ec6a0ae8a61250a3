import { describe, expect, it } from "vitest";
import { openNotes } from "../../fixtures/kit/open-notes.ts";
import { temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const agents = { writer: { tools: ["notes.add_note", "notes.boom", "notes.steal", "notes.send_note"] } };

describe("calls in flight together", () => {
  it("share a transaction, and are answered in order of their entries", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    await notes.call("add_note", { text: "first" }, { token });
    notes.commits.count = 0;
    const texts = Array.from({ length: 32 }, (_, index) => `note ${index}`);
    const commitsBefore: number[] = [];
    const calls = texts.map(async (text) => {
      const answer = await notes.call("add_note", { text }, { token });
      commitsBefore.push(notes.commits.count);
      return answer;
    });
    const answers = await Promise.all(calls);
    // one commit, and nobody had an answer before it
    expect(commitsBefore).toEqual(texts.map(() => 1));
    expect(answers.map((answer) => answer.entry)).toEqual(texts.map((_, index) => index + 2));
    expect(notes.notes()).toEqual(["first", ...texts]);
    expect(notes.verify()).toMatchObject({ entries: 33, faults: [] });
  });

  it("keep their failures to themselves", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    await notes.call("add_note", { text: "first" }, { token });
    notes.commits.count = 0;
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        index % 4 === 1
          ? notes.call("boom", {}, { token })
          : notes.call(index % 4 === 3 ? "no_tool" : "add_note", { text: `note ${index}` }, { token }),
      ),
    );
    const codes = answers.map((answer) => answer.error?.code ?? "done");
    expect(codes.slice(0, 4)).toEqual(["done", "INTERNAL", "done", "NOT_FOUND"]);
    expect(codes.filter((code) => code === "done")).toHaveLength(16);
    expect(notes.notes()).toHaveLength(17);
    expect(notes.commits.count).toBe(1);
    expect(notes.verify()).toMatchObject({ entries: 33, faults: [] });
  });

  it("are run again alone when one of them ends the transaction, which is recorded as its failure", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    await notes.call("add_note", { text: "a" }, { token });
    const rollback = "INSERT OR ROLLBACK INTO notes_note SELECT * FROM notes_note";
    const answers = await Promise.all([
      notes.call("add_note", { text: "b" }, { token }),
      notes.call("steal", { sql: rollback }, { token }),
      notes.call("add_note", { text: "c" }, { token }),
    ]);
    expect(answers.map((answer) => answer.error?.code)).toEqual([undefined, "INTERNAL", undefined]);
    expect(answers[1]?.error?.message).not.toMatch(/UNIQUE|notes_note/);
    expect(notes.notes()).toEqual(["a", "b", "c"]);
    expect(
      notes
        .entries()
        .map((entry) => entry.outcome)
        .sort(),
    ).toEqual(["done", "done", "done", "failed"]);
    expect(notes.verify().faults).toEqual([]);
  });

  it("are waited for by idle, from their very first step", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    let answered = false;
    const call = notes.call("add_note", { text: "a" }, { token }).then(() => {
      answered = true;
    });
    await notes.pipeline.idle();
    expect(notes.notes()).toEqual(["a"]);
    await call;
    expect(answered).toBe(true);
  });
});
