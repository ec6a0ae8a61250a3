import { createSecretKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../../src/db/migrate.ts";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { migrateServer } from "../../../src/kit/open-store.ts";
import { definition } from "../../fixtures/kit/notes/definition.ts";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../fixtures/kit/temporary-workspace.ts";

const agents = { writer: { tools: ["notes.*", "notes.add_note", "notes.steal", "notes.send_note"] } };
const otherServer = [
  { version: 1, name: "initial", sql: "CREATE TABLE other_secret (id TEXT PRIMARY KEY) STRICT" },
];

let shared: { workspace: TemporaryWorkspace; notes: Notes; token: string };

beforeAll(async () => {
  const workspace = await temporaryWorkspace({ agents });
  const notes = await openNotes(workspace);
  await migrate(notes.reader, "other", otherServer, startOfTests);
  shared = { workspace, notes, token: await workspace.token("agent:writer") };
});

afterAll(() => {
  shared.notes[Symbol.dispose]();
  shared.workspace[Symbol.dispose]();
});

describe("a handler reaches its own tables and nothing else", () => {
  it.each([
    "SELECT * FROM audit_entry",
    "UPDATE audit_entry SET body = '{}'",
    "INSERT INTO audit_entry (seq, body, leaf) VALUES (99, '{}', x'')",
    "UPDATE audit_tree SET size = 0",
    "DELETE FROM audit_payload",
    "SELECT * FROM identity_credential",
    "DELETE FROM identity_pause",
    "SELECT * FROM approval_detail",
    "UPDATE approval_request SET status = 'approved'",
    "INSERT INTO approval_approver SELECT * FROM approval_approver",
    "DELETE FROM approval_outbox",
    "SELECT * FROM other_secret",
    "SELECT text FROM notes_note UNION SELECT id FROM other_secret",
    "INSERT INTO notes_note SELECT id, id, 1 FROM other_secret",
    "SELECT * FROM migration",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM pragma_table_info('audit_entry')",
    "DROP TRIGGER audit_entry_no_update",
    "DROP TRIGGER notes_note_no_delete",
    "DROP TABLE notes_note",
    "ALTER TABLE audit_entry RENAME TO notes_entry",
    "ALTER TABLE notes_note ADD COLUMN more TEXT",
    "CREATE TABLE notes_more (id TEXT)",
    "CREATE TEMP TABLE notes_more (id TEXT)",
    "CREATE TRIGGER notes_t AFTER INSERT ON notes_note BEGIN DELETE FROM audit_payload; END",
    "CREATE VIEW notes_view AS SELECT * FROM audit_entry",
    "ATTACH ':memory:' AS aside",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA writable_schema = ON",
    "VACUUM INTO '/tmp/ringmain-stolen.db'",
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT mine",
    "RELEASE call",
    "ROLLBACK TO call",
    "SELECT load_extension('x')",
  ])("%s", async (sql) => {
    const { notes, token } = shared;
    const [stolen, beside] = await Promise.all([
      notes.call("steal", { sql }, { token }),
      notes.call("add_note", { text: sql }, { token }),
    ]);
    expect(stolen.error?.code).toBe("INTERNAL");
    expect(String(notes.logged.at(-1)?.error)).toMatch(/not authorized|prohibited|within a transaction/);
    expect(beside.error).toBeUndefined();
    expect(notes.notes()).not.toContain("from steal");
    expect(notes.notes().at(-1)).toBe(sql);
    expect(
      notes
        .entries()
        .map((entry) => entry.outcome)
        .slice(-2),
    ).toEqual(["failed", "done"]);
    expect(notes.verify().faults).toEqual([]);
  });

  it.each([
    "SELECT upper(text), count(*) FROM notes_note GROUP BY 1",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
    "SELECT value FROM json_each('[1,2]')",
    "UPDATE notes_note SET version = version + 1 RETURNING id",
  ])("but does with those what it likes: %s", async (sql) => {
    const { notes, token } = shared;
    const { rows } = await notes.result("steal", { sql }, { token });
    expect(rows).toBeGreaterThan(0);
  });

  it("goes on working after another process made tables, its own and others", async () => {
    using workspace = await temporaryWorkspace({ agents });
    using notes = await openNotes(workspace);
    const token = await workspace.token("agent:writer");
    const { id } = await notes.result("add_note", { text: "before" }, { token, key: "k" });
    await notes.result("send_note", { id }, { token });

    const newer = openSqlite({ path: workspace.databasePath });
    await migrate(newer, "other", otherServer, startOfTests);
    const more = {
      version: 2,
      name: "more",
      sql: "ALTER TABLE notes_note ADD COLUMN more TEXT; CREATE INDEX notes_by_text ON notes_note (text)",
    };
    await migrate(newer, "notes", [...definition.migrations, more], startOfTests);
    newer.close();

    expect((await notes.call("add_note", { text: "before" }, { token, key: "k" })).replayed).toBeDefined();
    await notes.result("add_note", { text: "after" }, { token });
    await notes.result("send_note", { id }, { token });
    expect(await notes.result("list_notes", {}, { token })).toMatchObject({
      items: [{ text: "before" }, { text: "after" }],
    });
    const stolen = await notes.call("steal", { sql: "SELECT * FROM audit_entry" }, { token });
    expect(stolen.error?.code).toBe("INTERNAL");
    expect(notes.verify().faults).toEqual([]);
  });

  it.each(["audit", "identity", "engine", "a_b", "", "Notes"])(
    "and no server may be called %j",
    async (name) => {
      using workspace = await temporaryWorkspace();
      const database = openSqlite({ path: workspace.databasePath });
      await expect(
        migrateServer(database, { name, migrations: [] }, startOfTests, createSecretKey(Buffer.alloc(32))),
      ).rejects.toThrow(TypeError);
      database.close();
    },
  );
});
