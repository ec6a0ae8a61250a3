import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let notes: Notes;
let token: string;

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: { writer: { tools: ["notes.link_note", "notes.steal"] } },
  });
  notes = await openNotes(workspace);
  token = await workspace.token("agent:writer");
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

const link = (from: string, to: string, how = "link") =>
  notes.result("link_note", { from, to, how }, { token });
const rows = () =>
  notes.reader
    .prepare("SELECT from_ref, kind, to_ref FROM link ORDER BY 1, 3")
    .all()
    .map((row) => Object.values(row).join(" "));

describe("links between records", () => {
  it("are written with the call, named in its entry, and read from both ends", async () => {
    const { links } = await link("DEAL-0031", "INV-2026-0042");
    const common = { kind: "note", server: "notes", linked_at: "2026-11-02T08:00:00.000Z" };
    expect(links).toEqual([{ ref: "INV-2026-0042", direction: "to", ...common }]);
    expect(notes.lastEntry()?.changed).toEqual([["link", "DEAL-0031 note INV-2026-0042", 1]]);

    const other = await link("INV-2026-0042", "SHIP-1");
    expect(other.links).toEqual([
      { ref: "DEAL-0031", direction: "from", ...common },
      { ref: "SHIP-1", direction: "to", ...common },
    ]);
  });

  it("stand once, however often they are made", async () => {
    await link("DEAL-0031", "INV-1");
    await link("DEAL-0031", "INV-1");
    await link("DEAL-0031", "DEAL-0031");
    expect(rows()).toEqual(["DEAL-0031 note INV-1"]);
    expect(notes.entries().map(({ changed }) => changed.length)).toEqual([1, 0, 0]);
  });

  it("move to another reference, and meet the links that it has", async () => {
    await link("DEAL-0031", "DRAFT-7");
    await link("DRAFT-7", "SHIP-1");
    await link("DEAL-0031", "INV-1");
    const { links } = await link("DRAFT-7", "INV-1", "move");
    expect(links).toMatchObject([{ ref: "DEAL-0031" }, { ref: "SHIP-1" }]);
    expect(rows()).toEqual(["DEAL-0031 note INV-1", "INV-1 note SHIP-1"]);
  });

  it("leave no trace of a call that fails", async () => {
    await expect(link("DEAL-0031", "INV-1", "then_fail")).rejects.toThrow("not to be");
    expect(rows()).toEqual([]);
  });

  it.each(["", " ", "DEAL 1", "x".repeat(101), "é", "a\nb", "../\u0000"])(
    "need a reference, which %j is not",
    async (ref) => {
      await expect(link("DEAL-0031", ref)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    },
  );

  it.each(["SELECT * FROM link", "DELETE FROM link", "UPDATE link SET kind = 'x'"])(
    "are out of reach of a handler's own SQL: %s",
    async (sql) => {
      await link("DEAL-0031", "INV-1");
      await expect(notes.result("steal", { sql }, { token })).rejects.toMatchObject({ code: "INTERNAL" });
      expect(rows()).toEqual(["DEAL-0031 note INV-1"]);
    },
  );

  it("still work after another process changed the schema", async () => {
    await link("DEAL-0031", "INV-1");
    notes.reader.exec("CREATE TABLE other_thing (id TEXT PRIMARY KEY) STRICT");
    const { links } = await link("DEAL-0031", "INV-2");
    expect(links).toHaveLength(2);
  });
});
