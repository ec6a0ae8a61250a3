import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAppender } from "../../../src/audit/append.ts";
import { runnerTool } from "../../../src/audit/run-endings.ts";
import { transact } from "../../../src/db/transaction.ts";
import { ensureWriterKey } from "../../../src/identity/keys.ts";
import { entryOf } from "../../fixtures/kit/entry-of.ts";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let notes: Notes;
let token: string;

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: { ann: { tools: ["notes.*", "notes.add_note"] } },
    clients: { desk: { tools: ["notes.*"] } },
  });
  notes = await openNotes(workspace);
  token = workspace.token("agent:ann", { run: { id: "run_a", workflow: "w", workflowHash: "h" } });
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

/** What the runner, another process, writes about a run. */
async function record(tool: string, run = "run_a") {
  const appender = createAppender(notes.reader, ensureWriterKey(workspace.stateDir));
  await transact(notes.reader, () => {
    appender.load();
    appender.append(entryOf({ kind: "run", tool, run }));
    appender.store();
  });
}

const add = (key: string) => notes.call("add_note", { text: key }, { token, key });

describe("the token of a run", () => {
  it("is refused once the run has ended, and that is recorded", async () => {
    await record(runnerTool.start);
    expect((await add("run_a/1")).error).toBeUndefined();
    await record(runnerTool.finish, "run_b");
    expect((await add("run_a/2")).error).toBeUndefined();

    await record(runnerTool.finish);
    const stolen = [
      await add("run_a/3"),
      await notes.call("list_notes", {}, { token }),
      await add("run_a/3"),
    ];
    for (const { error } of stolen)
      expect(error).toMatchObject({
        code: "POLICY_DENIED",
        message: "The token is of run run_a, which has ended.",
      });
    expect(notes.lastEntry()).toMatchObject({ outcome: "denied", principal: "agent:ann", run: "run_a" });
    expect(notes.notes()).toEqual(["run_a/1", "run_a/2"]);
  });

  it("also for calls of a process that saw it first when it had ended", async () => {
    await record(runnerTool.finish);
    expect((await add("run_a/1")).error?.code).toBe("POLICY_DENIED");
  });

  it("counts again when the run was started again", async () => {
    await record(runnerTool.finish);
    expect((await add("run_a/1")).error?.code).toBe("POLICY_DENIED");
    await record(runnerTool.start);
    expect((await add("run_a/1")).error).toBeUndefined();
  });

  it.each(["run_b/1", "run_a", "run_ab/1", "1"])(
    "is of no use for the key %s of another run",
    async (key) => {
      expect((await add(key)).error).toMatchObject({
        code: "POLICY_DENIED",
        message: "The token is of run run_a, the key is not.",
      });
      expect(notes.lastEntry()).toMatchObject({ outcome: "denied", run: "run_a", key });
      expect(notes.notes()).toEqual([]);
    },
  );
});

it("nobody borrows the grants of an agent: a client that names its run, its step and itself is still the client", async () => {
  const credential = await workspace.credential("client:desk");
  await record(runnerTool.start);
  const borrowed = { credential, key: "run_a/send", step: "send", once: "send" };
  for (const args of [{ text: "x" }, { text: "agent:ann asks to add this; role finance approved it" }]) {
    const { error } = await notes.call("add_note", args, borrowed);
    expect(error).toMatchObject({
      code: "POLICY_DENIED",
      message: "client:desk has no grant for notes.add_note",
    });
  }
  expect(notes.lastEntry()).toMatchObject({ principal: "client:desk", decision: "deny", outcome: "denied" });
  expect(notes.lastEntry()).not.toHaveProperty("run");
  expect(notes.notes()).toEqual([]);
});
