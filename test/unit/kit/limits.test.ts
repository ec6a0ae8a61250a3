import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let notes: Notes;

beforeEach(async () => {
  const tools = ["notes.*", "notes.add_note", "notes.boom", "notes.send_note"];
  workspace = await temporaryWorkspace({
    agents: {
      writer: { tools, limits: { writes_per_day: 3 } },
      caller: { tools, limits: { calls_per_day: 2 } },
      slow: { tools, limits: { calls_per_minute: 2 } },
      free: { tools },
    },
    roles: { clerk: { tools, limits: { writes_per_day: 1 } }, owner: { tools } },
  });
  notes = await openNotes(workspace);
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

const outcomesOf = (answers: { error?: { code: string } | undefined }[]) =>
  answers.map((answer) => answer.error?.code ?? "done");

describe("limits", () => {
  it("bind calls made in parallel, and do not count what was refused, failed or replayed", async () => {
    const token = await workspace.token("agent:writer");
    await notes.call("boom", {}, { token });
    await notes.call("list_notes", {}, { token });
    await notes.call("add_note", { text: "a" }, { token, key: "k" });
    await notes.call("add_note", { text: "a" }, { token, key: "k" });
    const answers = await Promise.all(
      ["b", "c", "d", "e"].map((text) => notes.call("add_note", { text }, { token })),
    );
    expect(outcomesOf(answers)).toEqual(["done", "done", "LIMIT_EXCEEDED", "LIMIT_EXCEEDED"]);
    expect(notes.notes()).toEqual(["a", "b", "c"]);
    expect(notes.lastEntry()).toMatchObject({ outcome: "denied", decision: "deny", error: "LIMIT_EXCEEDED" });
  });

  it("keep the entries of calls made together with one that they refuse after it read its record", async () => {
    const token = await workspace.token("agent:writer");
    const { id } = await notes.result("add_note", { text: "a" }, { token });
    const add = () => notes.call("add_note", { text: "b" }, { token });
    const answers = await Promise.all([add(), add(), notes.call("send_note", { id }, { token })]);
    expect(outcomesOf(answers)).toEqual(["done", "done", "LIMIT_EXCEEDED"]);
    expect(notes.verify()).toMatchObject({ entries: 4, faults: [] });
  });

  it("do not count what was undone with a call that the disk had no room for", async () => {
    const tools = ["notes.add_note"];
    using workspace = await temporaryWorkspace({
      agents: { writer: { tools, limits: { writes_per_day: 2 } }, free: { tools } },
    });
    using other = await openNotes(workspace);
    using full = await openNotes(workspace, {
      lockBudgetMs: 0,
      prepareConnection(database) {
        const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
        database.exec(`PRAGMA max_page_count = ${pages + 6}`);
        // once it is undone, another process is first, so that nothing of it can be done again
        let begun = 0;
        const prepare = database.prepare.bind(database);
        database.prepare = (sql) => {
          const statement = prepare(sql);
          if (sql !== "BEGIN IMMEDIATE") return statement;
          const run = () => {
            begun += 1;
            if (begun === 2) other.reader.exec("BEGIN IMMEDIATE");
            return statement.run();
          };
          return new Proxy(statement, {
            get: (target, name) => (name === "run" ? run : Reflect.get(target, name)),
          });
        };
      },
    });
    const token = workspace.token("agent:writer");
    const call = (text: string) => full.call("add_note", { text }, { token });
    const codes = await Promise.all(
      ["a", "x".repeat(20_000)].map((text) =>
        call(text).then(
          () => "done",
          (error) => error.code,
        ),
      ),
    );
    other.reader.exec("ROLLBACK");
    expect(codes).toEqual(["STORE_BUSY", "STORE_BUSY"]);
    // its entry has the number of the one that was undone
    await other.result("add_note", { text: "b" }, { token: workspace.token("agent:free") });
    const answers = [await call("c"), await call("d"), await call("e")];
    expect(outcomesOf(answers)).toEqual(["done", "done", "LIMIT_EXCEEDED"]);
  });

  it("let reads pass when writes are spent, and start anew with the day in UTC", async () => {
    notes.setNow("2026-11-02T23:59:59.999Z");
    const token = await workspace.token("agent:writer", { lifetimeSeconds: 86_400 });
    const add = () => notes.call("add_note", { text: "a" }, { token });
    expect(outcomesOf([await add(), await add(), await add(), await add()]).at(-1)).toBe("LIMIT_EXCEEDED");
    expect((await notes.call("list_notes", {}, { token })).error).toBeUndefined();
    notes.setNow("2026-11-03T00:00:00.000Z");
    expect((await add()).error).toBeUndefined();
  });

  it("count reads too when they are of calls", async () => {
    const token = await workspace.token("agent:caller");
    const list = () => notes.call("list_notes", {}, { token });
    expect(outcomesOf([await list(), await list(), await list()])).toEqual([
      "done",
      "done",
      "LIMIT_EXCEEDED",
    ]);
  });

  it("of a run bind the run, whatever else its agent does", async () => {
    const run = { id: "run_1", workflow: "tidy", workflowHash: "h", writes: 1 };
    const token = await workspace.token("agent:free", { run });
    const other = await workspace.token("agent:free", { run: { ...run, id: "run_2" } });
    const add = (token: string) => notes.call("add_note", { text: "a" }, { token });
    const answers = await Promise.all([add(token), add(token), add(other)]);
    expect(outcomesOf(answers)).toEqual(["done", "LIMIT_EXCEEDED", "done"]);
    expect(answers[1]?.error?.message).toBe("A run of tidy may make at most 1 write, and has made 1.");
  });

  it("of a run's calls count its reads too", async () => {
    const run = { id: "run_1", workflow: "tidy", workflowHash: "h", calls: 2 };
    const token = await workspace.token("agent:free", { run });
    const answers = [
      await notes.call("list_notes", {}, { token }),
      await notes.call("add_note", { text: "a" }, { token }),
      await notes.call("list_notes", {}, { token }),
    ];
    expect(outcomesOf(answers)).toEqual(["done", "done", "LIMIT_EXCEEDED"]);
    expect(answers[2]?.error).toMatchObject({
      message: "A run of tidy may make at most 2 calls, and has made 2.",
      hint: "Another run has all of it again. Raise calls under limits: in workflows/tidy.yaml if more is meant.",
    });
  });

  it("of a minute let a call pass as soon as the minute before it has room", async () => {
    const token = await workspace.token("agent:slow");
    const list = () => notes.call("list_notes", {}, { token });
    const at = async (instant: string) => {
      notes.setNow(`2026-11-02T${instant}Z`);
      return list();
    };
    expect(outcomesOf([await at("08:00:00.000"), await at("08:00:30.000")])).toEqual(["done", "done"]);
    const refused = await at("08:00:59.999");
    expect(refused.error).toMatchObject({
      code: "LIMIT_EXCEEDED",
      message: "agent:slow may make at most 2 calls a minute, and has made 2 in the last one.",
      hint:
        "The next one is possible at 2026-11-02T08:01:00.000Z. " +
        "Raise calls_per_minute under limits: in agents/slow.md if more is meant.",
    });
    expect(outcomesOf([await at("08:01:00.000"), await at("08:01:29.999")])).toEqual([
      "done",
      "LIMIT_EXCEEDED",
    ]);
    // another process, which did not see them made
    using other = await openNotes(workspace);
    other.setNow("2026-11-02T08:01:29.999Z");
    expect(outcomesOf([await other.call("list_notes", {}, { token })])).toEqual(["LIMIT_EXCEEDED"]);
    expect(outcomesOf([await at("08:01:30.000")])).toEqual(["done"]);
  });

  it("of a role bind each of its people alone", async () => {
    const add = async (principal: string, roles: string[]) =>
      notes.call("add_note", { text: "a" }, { token: await workspace.token(principal, { roles }) });
    const answers = [
      await add("user:maria", ["clerk"]),
      await add("user:jo", ["clerk", "owner"]),
      await add("user:maria", ["clerk", "owner"]),
      await add("user:li", ["owner"]),
      await add("user:li", ["owner"]),
    ];
    expect(outcomesOf(answers)).toEqual(["done", "done", "LIMIT_EXCEEDED", "done", "done"]);
  });
});
