import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noteGivenRows, recordsOf } from "../../../src/audit/given-rows.ts";
import { verifyRecords } from "../../../src/audit/verify-records.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const now = new Date(0);
const tables = {
  version: 1,
  name: "initial",
  sql: `CREATE TABLE shop_order (id TEXT PRIMARY KEY, text TEXT, version INTEGER NOT NULL) STRICT;
    CREATE TABLE shop_till (id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
    CREATE TABLE shop_movement (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE shop_part (order_id TEXT, line INTEGER, PRIMARY KEY (order_id, line)) STRICT;
    INSERT INTO shop_till VALUES ('main', 1), ('spare', 1);`,
};

/**
 * A shop with two tills that its migration made, one of which was changed since; orders `a` in version 2, `b` in
 * version 1 and `c`, which was removed; a movement and a link.
 */
async function shop() {
  const trail = await temporaryTrail();
  const { database, writerKey } = trail;
  await migrate(database, "shop", [tables], now, (applySteps) => {
    applySteps();
    noteGivenRows(database, { server: "shop", before: [], writerKey });
  });
  database.exec(`INSERT INTO shop_order VALUES ('a', 'A', 2), ('b', 'B', 1);
    UPDATE shop_till SET version = 2 WHERE id = 'spare';
    INSERT INTO shop_movement VALUES (7, 'mov_1');
    INSERT INTO shop_part VALUES ('a', 1);
    INSERT INTO link VALUES ('a', 'invoice', 'b', 'shop', '')`);
  await trail.append(
    {
      changed: [
        ["shop_order", "a", 1],
        ["shop_order", "c", 1],
        ["shop_movement", "mov_1", 1],
      ],
    },
    { changed: [["link", "a invoice x", 1]] },
    { changed: [] },
    {
      changed: [
        ["shop_order", "a", 2],
        ["shop_order", "b", 1],
        ["shop_till", "spare", 2],
      ],
    },
    {
      changed: [
        ["shop_order", "c", 0],
        ["link", "a invoice x", 0],
        ["link", "a invoice b", 1],
      ],
    },
  );
  return { ...trail, verify: () => verifyRecords(trail.database, { writerKey }) };
}

describe("the records of the store are those that the entries left", () => {
  it("where nobody touched them", async () => {
    using books = await shop();
    expect(books.verify()).toEqual({ records: 7, faults: [] });
    expect(books.database.isTransaction).toBe(false);
  });

  it.each<[string, string, number, string]>([
    [
      "a row was changed",
      "UPDATE shop_order SET version = 3 WHERE id = 'a'",
      4,
      "shop_order a has version 3",
    ],
    [
      "a row was put back",
      "UPDATE shop_order SET version = 1 WHERE id = 'a'",
      4,
      "shop_order a has version 1",
    ],
    ["a row was deleted", "DELETE FROM shop_order WHERE id = 'b'", 4, "shop_order b is gone"],
    ["a table was emptied", "DELETE FROM shop_order", 4, "shop_order b is gone"],
    ["a row was inserted", "INSERT INTO shop_order VALUES ('aa', '', 1)", 5, "shop_order aa (version 1)"],
    [
      "the last row was inserted",
      "INSERT INTO shop_order VALUES ('z', '', 1)",
      5,
      "shop_order z (version 1)",
    ],
    ["a removed row came back", "INSERT INTO shop_order VALUES ('c', '', 1)", 5, "shop_order c is there"],
    ["a row without versions is gone", "DELETE FROM shop_movement", 1, "shop_movement mov_1 is gone"],
    [
      "a link was made",
      "INSERT INTO link VALUES ('a', 'order', 'b', 'shop', '')",
      5,
      "link a order b (version 1)",
    ],
    ["a link was cut", "DELETE FROM link", 5, "link a invoice b is gone"],
    [
      "a given row was changed",
      "UPDATE shop_till SET version = 2 WHERE id = 'main'",
      5,
      "shop_till main (version 2)",
    ],
    ["a given row is gone", "DELETE FROM shop_till WHERE id = 'main'", 5, "shop_till main is gone"],
    [
      "a row was passed off as given",
      `UPDATE audit_given SET rows = '[["shop_order","z",1]]'; INSERT INTO shop_order VALUES ('z', '', 1)`,
      5,
      "the list of the rows that shop began with",
    ],
    ["a table is gone", "DROP TABLE shop_order", 4, "shop_order a is gone"],
  ])("or it is found where %s", async (_what, sql, seq, message) => {
    using books = await shop();
    books.database.exec(sql);
    expect(books.verify().faults).toContainEqual({ seq, message: expect.stringContaining(message) });
  });

  it("cannot tell who wrote the list of given rows without the key", async () => {
    using books = await shop();
    books.database.exec("UPDATE audit_given SET mac = zeroblob(32)");
    expect(verifyRecords(books.database).faults).toEqual([]);
  });

  it("is not stopped by an entry that is none", async () => {
    using books = await shop();
    books.database.exec(
      "DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET body = '{' WHERE seq = 3",
    );
    expect(books.verify().faults).toEqual([]);
  });

  it("names what a later migration made beside what the first one did", async () => {
    using books = await shop();
    const { database, writerKey } = books;
    const more = { version: 2, name: "a third till", sql: "INSERT INTO shop_till VALUES ('third', 1)" };
    await migrate(database, "shop", [tables, more], now, (applySteps) => {
      const before = recordsOf(database, "shop");
      applySteps();
      noteGivenRows(database, { server: "shop", before, writerKey });
    });
    expect(books.verify().faults).toEqual([]);
  });

  it("whatever happens to them in whatever order, and however they are called", async () => {
    using books = await shop();
    const { database } = books;
    const id = fc.constantFrom("a", "b", "é", "\u{1f600}", "\uffee", "zz");
    const change = fc.record({ id, remove: fc.boolean(), honest: fc.boolean() });
    const stored = new Map([
      ["a", 2],
      ["b", 1],
    ]);
    const named = new Map(stored);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        for (const { id, remove, honest } of changes) {
          const version = remove ? 0 : (stored.get(id) ?? 0) + 1;
          if (remove) database.prepare("DELETE FROM shop_order WHERE id = ?").run(id);
          else database.prepare("INSERT OR REPLACE INTO shop_order VALUES (?, '', ?)").run(id, version);
          stored.set(id, version);
          if (honest) await books.append({ changed: [["shop_order", id, version]] });
          if (honest) named.set(id, version);
        }
        const wrong = [...stored].filter(([id, version]) => version !== (named.get(id) ?? 0));
        const found = books.verify().faults.map(({ message }) => message.split(" ")[1]);
        expect(found.sort()).toEqual(wrong.map(([id]) => id).sort());
      }),
      { numRuns: 40 },
    );
  });
});
