import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { kyselyOver, unitsOfWork } from "../../../src/db/kysely.ts";

interface Tables {
  t: { id: number; x: string | null };
}

function open() {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)");
  return database;
}

describe.each([
  ["over a connection", (database: DatabaseSync) => kyselyOver<Tables>(database)],
  ["in a unit of work", (database: DatabaseSync) => unitsOfWork<Tables>(database)().db],
])("a query builder %s", (_where, build) => {
  it("inserts, reads, updates and returns", async () => {
    const db = build(open());
    const inserted = await db.insertInto("t").values({ id: 7, x: "a" }).executeTakeFirst();
    expect(inserted).toMatchObject({ insertId: 7n, numInsertedOrUpdatedRows: 1n });
    const updated = await db.updateTable("t").set({ x: null }).where("id", "=", 7).executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    expect(await db.selectFrom("t").selectAll().execute()).toEqual([{ id: 7, x: null }]);
    expect(await db.deleteFrom("t").returning("id").execute()).toEqual([{ id: 7 }]);
  });

  it("binds booleans as numbers, undefined as null, and refuses what SQLite cannot hold", async () => {
    const db = build(open());
    const values = await sql`SELECT ${true} AS yes, ${undefined} AS none`.execute(db);
    expect(values.rows).toEqual([{ yes: 1, none: null }]);
    await expect(sql`SELECT ${new Date(0)}`.execute(db)).rejects.toThrow(TypeError);
  });
});

describe("a unit of work", () => {
  it("does no query after its end, and tells how many had no answer then", async () => {
    const database = open();
    const start = unitsOfWork<Tables>(database);
    const first = start();
    await first.db.insertInto("t").values({ id: 1, x: "waited for" }).execute();
    expect(first.end()).toBe(0);

    const second = start();
    const forgotten = second.db.insertInto("t").values({ id: 2, x: "forgotten" }).execute();
    expect(second.end()).toBe(1);
    await forgotten;
    const late = first.db.insertInto("t").values({ id: 3, x: "late" }).execute();
    await start().db.insertInto("t").values({ id: 4, x: "next" }).execute();
    expect(await Promise.race([late, new Promise((resolve) => setImmediate(resolve, "no answer"))])).toBe(
      "no answer",
    );
    expect(
      database
        .prepare("SELECT x FROM t")
        .all()
        .map((row) => row.x),
    ).toEqual(["waited for", "forgotten", "next"]);
  });

  it("counts a query that failed as answered", async () => {
    const unit = unitsOfWork<Tables>(open())();
    await expect(sql`SELECT * FROM missing`.execute(unit.db)).rejects.toThrow("no such table");
    expect(unit.end()).toBe(0);
  });
});
