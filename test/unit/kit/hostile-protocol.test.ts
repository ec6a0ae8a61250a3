import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastEntries } from "../../../src/audit/read.ts";
import { verifyTrail } from "../../../src/audit/verify.ts";
import { handshake, startRaw } from "../../fixtures/kit/raw-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let credential: string;

beforeAll(async () => {
  workspace = await temporaryWorkspace({
    clients: { desk: { tools: ["notes.*", "notes.add_note", "notes.big_result"] } },
  });
  credential = await workspace.credential("client:desk");
});
afterAll(() => workspace[Symbol.dispose]());

const call = (id: number, name: unknown, args: unknown) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } })}\n`;

/** What stands in the trail and in the store. */
function written() {
  using database = new DatabaseSync(workspace.databasePath);
  const notes = database.prepare("SELECT text FROM notes_note ORDER BY rowid").all();
  return {
    notes: notes.map(({ text }) => text),
    entries: lastEntries(database, {}, 1000).map(({ tool, outcome, error }) => [tool, outcome, error]),
    faults: verifyTrail(database).faults,
  };
}

describe("what is no proper request", () => {
  it("does nothing, and the calls after it are answered", async () => {
    const server = startRaw(workspace, { RINGMAIN_TOKEN: credential });
    const lines = server.lines();
    server.send({ id: 1, method: "initialize", params: handshake });
    await lines.next();
    const answers = new Map<unknown, Record<string, unknown>>();
    const until = async (id: number) => {
      while (!answers.has(id)) {
        const line = await lines.next();
        if (line.done === true) throw new Error(`ended: ${server.stderr()}`);
        const answer: Record<string, unknown> = JSON.parse(line.value);
        answers.set(answer.id, answer);
      }
      return answers.get(id);
    };
    for (const text of [
      "\n",
      "not json\n",
      '{"jsonrpc":"2.0","id":2,\n',
      '{"jsonrpc":"1.0","id":3,"method":"tools/call","params":{"name":"add_note","arguments":{"text":"no"}}}\n',
      '[{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"add_note","arguments":{"text":"no"}}}]\n',
      '{"jsonrpc":"2.0","id":{"a":1},"method":"tools/call","params":{"name":"add_note","arguments":{"text":"no"}}}\n',
      '{"jsonrpc":"2.0","id":6,"method":"tools/call","params":"add_note"}\n',
      '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":["add_note"],"arguments":{"text":"no"}}}\n',
      '{"jsonrpc":"2.0","id":8,"method":"__proto__","params":{}}\n',
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      `${"[".repeat(50_000)}${"]".repeat(50_000)}\n`,
      call(9, "add_note", { text: "no", __proto__: null, constructor: { prototype: {} } }),
      `{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"add_note","arguments":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}}\n`,
    ])
      server.write(text);
    server.write(call(11, "add_note", { text: "yes" }));
    expect(await until(11)).toMatchObject({ result: { structuredContent: expect.anything() } });
    server.write(call(12, "list_notes", {}));
    expect(await until(12)).toMatchObject({ result: { structuredContent: { items: [{ text: "yes" }] } } });
    await server.endsWithin(5_000, () => server.child.stdin?.end());

    const { notes, entries, faults } = written();
    expect(notes).toEqual(["yes"]);
    expect(faults).toEqual([]);
    // what was a call at all, though a wrong one, stands in the trail
    expect(entries).toEqual([
      ["notes.add_note", "failed", "INPUT_INVALID"],
      ["notes.add_note", "failed", "INPUT_INVALID"],
      ["notes.add_note", "done", undefined],
      ["notes.list_notes", "done", undefined],
    ]);
  });

  it("of more than 10 MiB is answered with an error or ends the process, having done nothing", async () => {
    const before = written();
    const server = startRaw(workspace, { RINGMAIN_TOKEN: credential });
    const lines = server.lines();
    server.send({ id: 1, method: "initialize", params: handshake });
    await lines.next();
    await server.endsWithin(20_000, () => {
      server.write(call(2, "add_note", { text: "x".repeat(11 * 2 ** 20) }));
      server.child.stdin?.end();
    });
    const after = written();
    expect(after.notes).toEqual(before.notes);
    expect(after.faults).toEqual([]);
    expect(after.entries.slice(before.entries.length).every(([, outcome]) => outcome === "failed")).toBe(
      true,
    );
  });
});
