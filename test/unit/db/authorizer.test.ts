import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { restrict, tablesOf } from "../../../src/db/authorizer.ts";

function open() {
  const database = new DatabaseSync(":memory:");
  database.exec(`CREATE TABLE own_a (id TEXT); CREATE TABLE ownb (id TEXT); CREATE TABLE shared_a (id TEXT);
    CREATE VIEW own_v AS SELECT id FROM own_a;`);
  const own = tablesOf(database, "own");
  return { database, own, restriction: restrict(database, { own, shared: tablesOf(database, "shared") }) };
}

describe("a restricted connection", () => {
  it("knows its tables by their prefix, in which an underscore is an underscore", () => {
    expect([...open().own].sort()).toEqual(["own_a", "own_v"]);
  });

  it.each([
    "VACUUM",
    "VACUUM INTO '/tmp/x.db'",
    "ATTACH ':memory:' AS x",
    "PRAGMA journal_mode",
    "CREATE TABLE own_c (id)",
    "DROP VIEW own_v",
    "SELECT * FROM ownb",
    "EXPLAIN SELECT * FROM ownb",
  ])("never may: %s", (sql) => {
    const { database } = open();
    expect(() => database.exec(sql)).toThrow(/authoriz|prohibited/);
  });

  it("may use the shared tables and transactions only while no handler runs", () => {
    const { database, restriction } = open();
    const statements = ["BEGIN", "SELECT * FROM shared_a", "SAVEPOINT s", "RELEASE s", "ROLLBACK"];
    for (const sql of statements) database.exec(sql);
    restriction.handlerRunning = true;
    for (const sql of statements) expect(() => database.exec(sql), sql).toThrow(/authoriz|prohibited/);
    database.exec("SELECT * FROM own_v");
  });
});
