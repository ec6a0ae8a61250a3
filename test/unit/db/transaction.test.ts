import { describe, expect, it } from "vitest";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { transact, transactionControl } from "../../../src/db/transaction.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

describe("a transaction", () => {
  it("commits what its work did and gives its result, or leaves nothing and throws its error", async () => {
    using store = await temporaryTrail();
    store.database.exec("CREATE TABLE t (x TEXT)");
    const insert = (x: string) => store.database.prepare("INSERT INTO t VALUES (?)").run(x);
    expect(await transact(store.database, async () => insert("kept").changes)).toBe(1);
    const failing = transact(store.database, async () => {
      insert("lost");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(store.database.prepare("SELECT x FROM t").all()).toEqual([{ x: "kept" }]);
  });

  it("throws the error of its work also when SQLite has ended the transaction by itself", async () => {
    using store = await temporaryTrail();
    store.database.exec("CREATE TABLE t (x TEXT UNIQUE); INSERT INTO t VALUES ('a')");
    const work = transact(store.database, () =>
      store.database.exec("INSERT OR ROLLBACK INTO t VALUES ('a')"),
    );
    await expect(work).rejects.toThrow("UNIQUE");
    expect(store.database.isTransaction).toBe(false);
  });

  it("waits for the lock with jitter, no longer than its budget", async () => {
    using store = await temporaryTrail();
    const other = openSqlite({ path: store.path });
    other.exec("BEGIN IMMEDIATE");
    let draws = 0;
    const random = () => {
      draws += 1;
      return 0.1;
    };
    const control = transactionControl(store.database, { budgetMs: 40, random });
    await expect(control.begin()).rejects.toMatchObject({
      code: "STORE_BUSY",
      retryable: true,
      hint: expect.any(String),
    });
    expect(draws).toBeGreaterThan(1);
    other.exec("COMMIT");
    await control.begin();
    control.rollback();
    other.close();
  });

  it("has savepoints that undo only what came after them", async () => {
    using store = await temporaryTrail();
    store.database.exec("CREATE TABLE t (x TEXT)");
    const control = transactionControl(store.database);
    await control.begin();
    for (const [x, keep] of [
      ["a", true],
      ["b", false],
      ["c", true],
    ] as const) {
      control.savepoint();
      store.database.prepare("INSERT INTO t VALUES (?)").run(x);
      if (keep) control.release();
      else control.rollbackToSavepoint();
    }
    control.commit();
    expect(store.database.prepare("SELECT x FROM t").all()).toEqual([{ x: "a" }, { x: "c" }]);
  });
});
