import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAppender } from "../../../src/audit/append.ts";
import { commit } from "../../../src/audit/commitment.ts";
import { entryLines, parseEntry } from "../../../src/audit/read.ts";
import { verifyTrail } from "../../../src/audit/verify.ts";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { transact } from "../../../src/db/transaction.ts";
import { entryOf } from "../../fixtures/kit/entry-of.ts";
import { runProgram } from "../../fixtures/kit/run-program.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

describe("the trail", () => {
  it("keeps an entry as canonical JSON, with commitments to what lies beside it", async () => {
    using trail = await temporaryTrail();
    await trail.append({ run: undefined, step: "a" });
    const row = trail.database.prepare("SELECT * FROM audit_entry JOIN audit_payload USING (seq)").get();
    const body = String(row?.body);
    expect(Object.keys(JSON.parse(body))).toEqual(Object.keys(JSON.parse(body)).sort());
    expect(body).not.toContain('"run"');
    const salt = String(row?.salt);
    expect(salt).toMatch(/^[0-9a-f]{32}$/);
    expect(parseEntry(body)).toMatchObject({
      v: 1,
      seq: 1,
      arguments_commitment: commit("arguments", salt, '{"n":0}'),
      facts_commitment: commit("facts", salt, '{"of":0}'),
      result_commitment: commit("result", salt, '{"done":0}'),
    });
  });

  it("uses every salt once", async () => {
    using trail = await temporaryTrail();
    await trail.append(...Array.from({ length: 600 }, () => ({})));
    const { n } = trail.database.prepare("SELECT count(DISTINCT salt) AS n FROM audit_payload").get() ?? {};
    expect(n).toBe(600);
  });

  it("has columns that say what the body says, whatever that is", async () => {
    using trail = await temporaryTrail();
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((value) => !value.includes("\0"));
    const columns = fc.record({ principal: text, tool: text, run: text, key: text, once: text });
    await fc.assert(
      fc.asyncProperty(columns, async (values) => {
        const [seq] = await trail.append({ ...values, outcome: "failed" });
        const row = trail.database
          .prepare(
            "SELECT principal, tool, body ->> '$.run' AS run, key, once, outcome FROM audit_entry WHERE seq = ?",
          )
          .get(seq ?? 0);
        expect({ ...row }).toEqual({ ...values, outcome: "failed" });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["UPDATE audit_entry SET body = '{}' WHERE seq = 1", "never changed"],
    ["UPDATE audit_entry SET leaf = x'00'", "never changed"],
    ["DELETE FROM audit_entry WHERE seq = 2", "never deleted"],
    ["INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2", "UNIQUE"],
    [
      "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2 ON CONFLICT DO UPDATE SET body = '{}'",
      "never changed",
    ],
  ])("is append-only, on any connection: %s", async (sql, message) => {
    using trail = await temporaryTrail();
    await trail.append({}, {});
    const before = trail.database.prepare("SELECT * FROM audit_entry").all();
    const plain = new DatabaseSync(trail.path);
    for (const connection of [trail.database, plain]) expect(() => connection.exec(sql)).toThrow(message);
    plain.close();
    expect(trail.database.prepare("SELECT * FROM audit_entry").all()).toEqual(before);
  });

  it.each([
    "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2",
    "REPLACE INTO audit_entry SELECT * FROM audit_entry",
  ])(
    "replaces no entry on a connection of ours, and verification finds what another one replaced: %s",
    async (sql) => {
      using trail = await temporaryTrail();
      await trail.append({}, {});
      const ours = openSqlite({ path: trail.path });
      expect(() => ours.exec(sql)).toThrow("never deleted");
      ours.close();
      expect(verifyTrail(trail.database)).toMatchObject({ entries: 2, faults: [] });
      const plain = new DatabaseSync(trail.path);
      plain.exec(
        "INSERT OR REPLACE INTO audit_entry (seq, body, leaf, principal, tool, outcome) VALUES (2, '{}', x'00', '', '', '')",
      );
      plain.close();
      expect(verifyTrail(trail.database).faults).not.toEqual([]);
    },
  );

  it("refuses a second success under one key, or one business key", async () => {
    using trail = await temporaryTrail();
    await trail.append({ key: "k", once: "o" });
    await expect(trail.append({ key: "k" })).rejects.toThrow("UNIQUE");
    await expect(trail.append({ once: "o", principal: "agent:other" })).rejects.toThrow("UNIQUE");
    await trail.append(
      { key: "k", outcome: "replayed" },
      { key: "k", outcome: "failed" },
      { key: "k", principal: "agent:other" },
      { key: "k", tool: "notes.other" },
      { once: "o", tool: "notes.other" },
    );
    expect(verifyTrail(trail.database)).toMatchObject({ entries: 6, faults: [] });
  });

  it("forgets what was appended in a transaction that was rolled back", async () => {
    using trail = await temporaryTrail();
    const appender = createAppender(trail.database, trail.writerKey);
    await trail.append({});
    const failed = transact(trail.database, () => {
      appender.load();
      appender.append(entryOf());
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await trail.append({}, {})).toEqual([2, 3]);
    // and so does the appender that had taken it
    const again = transact(trail.database, () => {
      appender.load();
      appender.append(entryOf({ step: "after" }));
      appender.store();
    });
    expect(await again.then(() => "done", String)).toBe("done");
    expect([...entryLines(trail.database)].filter((line) => line.includes('"step":"after"'))).toHaveLength(1);
    expect(verifyTrail(trail.database)).toMatchObject({ entries: 4, faults: [] });
  });

  it("takes no entry when its last ones were cut off", async () => {
    using trail = await temporaryTrail();
    await trail.append({}, {}, {});
    trail.database.exec(`DROP TRIGGER audit_entry_no_delete; DELETE FROM audit_payload WHERE seq = 3;
      DELETE FROM audit_entry WHERE seq = 3`);
    await expect(trail.append({})).rejects.toThrow(expect.objectContaining({ code: "AUDIT_BROKEN" }));
    expect(verifyTrail(trail.database).entries).toBe(2);
  });

  it("stays one tree under several connections that append in turn", async () => {
    using trail = await temporaryTrail();
    const other = new DatabaseSync(trail.path);
    const appender = createAppender(other, trail.writerKey);
    for (let round = 0; round < 5; round += 1) {
      await trail.append({}, {});
      await transact(other, () => {
        appender.load();
        appender.append(entryOf({ principal: "agent:other" }));
        appender.store();
      });
    }
    other.close();
    expect(verifyTrail(trail.database)).toMatchObject({ entries: 15, faults: [] });
  });

  it("stays one tree under several processes, none of which loses an entry", async () => {
    using trail = await temporaryTrail();
    const names = ["agent:a", "agent:b", "agent:c", "agent:d"];
    await Promise.all(names.map((name) => runProgram("append-entries", trail.path, name, "15")));
    const counts = trail.database
      .prepare("SELECT principal, count(*) AS n FROM audit_entry GROUP BY principal")
      .all();
    expect(counts.map((row) => ({ ...row }))).toEqual(names.map((principal) => ({ principal, n: 15 })));
    expect(verifyTrail(trail.database)).toMatchObject({ entries: 60, faults: [] });
  });
});
