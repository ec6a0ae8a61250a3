import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const agents = { writer: { tools: ["notes.add_note", "notes.*"] } };

/** Makes calls, several in flight, of which none may succeed; returns the codes of their errors. */
async function failingCalls(notes: Notes, token: string, count = 3): Promise<unknown[]> {
  const text = "x".repeat(20_000);
  const calls = Array.from({ length: count }, () => notes.call("add_note", { text }, { token }));
  const settled = await Promise.allSettled(calls);
  return settled.map((call) => (call.status === "rejected" ? call.reason.code : "answered"));
}

/** Ends what keeps the server's connection from writing, which no server could do by itself. */
function lift({ database }: Notes, pragma: string): void {
  database.setAuthorizer(null);
  database.exec(pragma);
}

describe("when the store cannot write, nothing is done and nothing is answered", () => {
  it("while another connection holds the lock beyond the budget, and it all works again afterwards", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace, { lockBudgetMs: 50 });
    const token = await workspace.token("agent:writer");
    const other = new DatabaseSync(workspace.databasePath);
    other.exec("BEGIN IMMEDIATE");
    const started = performance.now();
    expect(await failingCalls(notes, token, 16)).toEqual(Array(16).fill("STORE_BUSY"));
    expect(performance.now() - started).toBeLessThan(1_000); // together, not one after another
    other.exec("COMMIT");
    other.close();
    expect(notes.entries()).toEqual([]);
    await notes.result("add_note", { text: "again" }, { token });
    expect(notes.notes()).toEqual(["again"]);
    expect(notes.verify()).toMatchObject({ entries: 1, faults: [] });
  });

  it("but a call waits for a lock that is given back in time", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    const other = new DatabaseSync(workspace.databasePath);
    other.exec("BEGIN IMMEDIATE");
    const call = notes.result("add_note", { text: "patient" }, { token });
    setTimeout(() => other.exec("COMMIT"), 60);
    await call;
    other.close();
    expect(notes.notes()).toEqual(["patient"]);
  });

  it("when the disk is full; what fits alone is still done", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace, {
      prepareConnection(database) {
        const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
        database.exec(`PRAGMA max_page_count = ${pages + 6}`);
      },
    });
    const token = await workspace.token("agent:writer");
    expect(await failingCalls(notes, token)).toEqual(Array(3).fill("STORE_UNAVAILABLE"));
    const [full, small] = await Promise.all([
      failingCalls(notes, token, 1),
      notes.call("list_notes", {}, { token }),
    ]);
    expect(full).toEqual(["STORE_UNAVAILABLE"]);
    expect(small.error).toBeUndefined();
    expect(notes.notes()).toEqual([]);
    expect(notes.entries()).toHaveLength(1);
    lift(notes, "PRAGMA max_page_count = 100000");
    await notes.result("add_note", { text: "x".repeat(20_000) }, { token });
    expect(notes.verify()).toMatchObject({ entries: 2, faults: [] });
  });

  it("when the file is read-only", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace, {
      prepareConnection: (database) => database.exec("PRAGMA query_only = ON"),
    });
    const token = await workspace.token("agent:writer");
    expect(await failingCalls(notes, token)).toEqual(Array(3).fill("STORE_UNAVAILABLE"));
    lift(notes, "PRAGMA query_only = OFF");
    await notes.result("add_note", { text: "again" }, { token });
    expect(notes.notes()).toEqual(["again"]);
  });

  it("when the head of the tree is damaged", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    await notes.result("add_note", { text: "a" }, { token });
    notes.reader.exec("UPDATE audit_tree SET frontier = x'00'");
    await expect(notes.call("add_note", { text: "b" }, { token })).rejects.toMatchObject({
      code: "AUDIT_BROKEN",
    });
    expect(notes.notes()).toEqual(["a"]);
  });
});
