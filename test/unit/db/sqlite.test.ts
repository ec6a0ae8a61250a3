import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { isStoreFailure, openSqlite, storeError } from "../../../src/db/sqlite.ts";
import { runProgram } from "../../fixtures/kit/run-program.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ringmain-db-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const unavailable = expect.objectContaining({
  code: "STORE_UNAVAILABLE",
  hint: expect.stringMatching(/\w+ \w+/),
});

describe("opening a database", () => {
  it("makes its folder, and sets what every process relies on", () => {
    const database = openSqlite({ path: join(dir, "a", "b", "x.db") });
    const setting = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    const names = [
      "journal_mode",
      "synchronous",
      "foreign_keys",
      "recursive_triggers",
      "secure_delete",
      "busy_timeout",
    ];
    expect(names.map(setting)).toEqual(["wal", 2, 1, 1, 1, 5]);
    database.close();
    const relaxed = openSqlite({ path: join(dir, "a", "b", "x.db"), synchronous: "normal" });
    expect(relaxed.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
    relaxed.close();
  });

  it.each([
    ["a folder", () => dir],
    [
      "no database",
      () =>
        file("notes.txt", "this is no database, and longer than a header of SQLite has to be ".repeat(20)),
    ],
    ["a file in a file", () => join(file("x", ""), "y.db")],
  ])("fails with a remedy for %s", (_what, path) => {
    expect(() => openSqlite({ path: path() })).toThrow(unavailable);
  });

  it("fails with a remedy for a file that is not there, when it is only to be read", () => {
    expect(() => openSqlite({ path: join(dir, "none.db"), readOnly: true })).toThrow(unavailable);
  });

  it("leaves a file alone that is no database", () => {
    const text = "precious".repeat(200);
    const path = file("precious.txt", text);
    expect(() => openSqlite({ path })).toThrow(unavailable);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("fails with a remedy for a damaged one, at the latest when it is read", () => {
    const path = join(dir, "x.db");
    const database = openSqlite({ path });
    database.exec("CREATE TABLE t (x TEXT); INSERT INTO t VALUES (zeroblob(50000))");
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(path, bytes);
    const read = () => {
      try {
        openSqlite({ path }).prepare("SELECT * FROM t").all();
      } catch (error) {
        throw storeError(error, path);
      }
    };
    expect(read).toThrow(unavailable);
  });

  it("only to read never writes", () => {
    const path = join(dir, "x.db");
    const database = openSqlite({ path });
    database.exec("CREATE TABLE t (x TEXT)");
    const reader = openSqlite({ path, readOnly: true });
    expect(() => reader.exec("INSERT INTO t VALUES (1)")).toThrow(/readonly/);
    reader.close();
    database.close();
  });

  it("works for several processes at once, on a file that none has made yet", async () => {
    const path = join(dir, "new", "ringmain.db");
    await Promise.all(Array.from({ length: 5 }, () => runProgram("open-store", path)));
    const database = new DatabaseSync(path);
    const versions = database
      .prepare("SELECT owner, max(version) AS version FROM migration GROUP BY owner")
      .all();
    expect(versions.map((row) => row.owner)).toEqual(["approval", "audit", "identity", "kit", "notes"]);
    database.close();
  });
});

describe("errors of the store", () => {
  const sqliteError = (errcode: number, message = "secret text") =>
    Object.assign(new Error(message), { errcode });

  it.each([
    [5, "STORE_BUSY", true],
    [261, "STORE_BUSY", true],
    [6, "STORE_BUSY", true],
    [8, "STORE_UNAVAILABLE", false],
    [10, "STORE_UNAVAILABLE", false],
    [11, "STORE_UNAVAILABLE", false],
    [13, "STORE_UNAVAILABLE", true],
    [14, "STORE_UNAVAILABLE", false],
    [26, "STORE_UNAVAILABLE", false],
  ])("%i is %s with a hint", (errcode, code, retryable) => {
    expect(isStoreFailure(sqliteError(errcode))).toBe(true);
    expect(storeError(sqliteError(errcode), "x.db")).toMatchObject({
      code,
      retryable,
      hint: expect.any(String),
    });
  });

  it("leaves others as they are: a constraint, wrong SQL, what is none of SQLite's", () => {
    const others = [
      sqliteError(1),
      sqliteError(19),
      sqliteError(2067),
      new Error("x"),
      new RingmainError("CONFLICT", "x"),
      "x",
      undefined,
    ];
    for (const error of others) {
      expect(storeError(error, "x.db")).toBe(error);
      expect(isStoreFailure(error)).toBe(false);
    }
  });
});

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}
