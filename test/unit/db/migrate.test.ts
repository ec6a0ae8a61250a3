import { describe, expect, it } from "vitest";
import { migrate } from "../../../src/db/migrate.ts";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const now = new Date("2026-11-02T08:00:00Z");
const first = {
  version: 1,
  name: "one",
  sql: "CREATE TABLE x_one (id TEXT PRIMARY KEY); INSERT INTO x_one VALUES ('a')",
};
const second = { version: 2, name: "two", sql: "CREATE TABLE x_two (id TEXT PRIMARY KEY)" };

describe("migrating", () => {
  it("runs each step once, those that are new when there are new ones", async () => {
    using store = await temporaryTrail();
    await migrate(store.database, "x", [first], now);
    await migrate(store.database, "x", [first], now);
    await migrate(store.database, "x", [first, second], now);
    const rows = store.database
      .prepare("SELECT version, name, applied_at FROM migration WHERE owner = 'x'")
      .all();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { version: 1, name: "one", applied_at: "2026-11-02T08:00:00.000Z" },
      { version: 2, name: "two", applied_at: "2026-11-02T08:00:00.000Z" },
    ]);
    expect(store.database.prepare("SELECT count(*) AS n FROM x_one").get()).toEqual({ n: 1 });
  });

  it("refuses a database of a newer version, and changes nothing", async () => {
    using store = await temporaryTrail();
    await migrate(store.database, "x", [first, second], now);
    await expect(migrate(store.database, "x", [first], now)).rejects.toMatchObject({
      code: "STATE_INVALID",
      message: "The database has version 2 of x; this program knows 1.",
      hint: expect.stringContaining("newer Ringmain"),
    });
    expect(store.database.isTransaction).toBe(false);
  });

  it("leaves nothing of a step that fails, nor of those before it in the same go", async () => {
    using store = await temporaryTrail();
    const broken = { version: 2, name: "broken", sql: "CREATE TABLE x_two (id TEXT); CREATE NONSENSE" };
    await expect(migrate(store.database, "x", [first, broken], now)).rejects.toThrow("syntax error");
    const tables = store.database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'x_%'").all();
    expect(tables.filter((row) => String(row.name).startsWith("x_"))).toEqual([]);
    await migrate(store.database, "x", [first, second], now);
  });

  it("waits for another connection that migrates at the same time, and then has nothing to do", async () => {
    using store = await temporaryTrail();
    const other = openSqlite({ path: store.path });
    await Promise.all(
      [store.database, other].map((database) => migrate(database, "x", [first, second], now)),
    );
    expect(other.prepare("SELECT count(*) AS n FROM x_one").get()).toEqual({ n: 1 });
    other.close();
  });
});
