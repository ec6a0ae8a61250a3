import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { truncateLog, wipeDeleted } from "../../../src/db/wipe-file.ts";

describe("taking what was deleted off the disk", () => {
  let dir: string;
  let path: string;
  let database: DatabaseSync;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "ringmain-"));
    path = join(dir, "ringmain.db");
    database = openSqlite({ path });
  });
  afterEach(() => {
    if (database.isOpen) database.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const bytes = () =>
    ["", "-wal", "-shm"]
      .filter((ending) => existsSync(path + ending))
      .map((ending) => readFileSync(path + ending, "latin1"))
      .join("\n");

  /** Rows that grow after they were written, as runs do: SQLite moves them between pages. All texts are then erased. */
  function eraseGrownRows(): void {
    database.exec("CREATE TABLE run (number INTEGER PRIMARY KEY, inputs TEXT, outputs TEXT) STRICT; BEGIN");
    const insert = database.prepare("INSERT INTO run VALUES (?, ?, NULL)");
    const grow = database.prepare("UPDATE run SET outputs = ? WHERE number = ?");
    for (let number = 1; number <= 1_000; number += 1) {
      insert.run(number, `canary-${number}-${"x".repeat((number * 37) % 700)}`);
      if (number > 20) grow.run(`canary-${number}-${"y".repeat((number * 53) % 700)}`, number - 20);
    }
    database.exec("COMMIT; UPDATE run SET inputs = '', outputs = NULL");
  }

  it("leaves nothing of it, where secure_delete alone does", async () => {
    eraseGrownRows();
    await truncateLog(database, { budgetMs: 0 });
    expect(bytes()).toContain("canary-"); // the reason for rewriting the file: in unused parts of its pages
    await wipeDeleted(database, { budgetMs: 0 });
    expect(bytes()).not.toContain("canary-");
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(database.prepare("SELECT count(*) AS rows FROM run").get()).toEqual({ rows: 1_000 });
  });

  it("waits for a reader, and says so when it stays", async () => {
    eraseGrownRows();
    using reader = new DatabaseSync(path);
    reader.exec("BEGIN; SELECT count(*) FROM run");
    let ms = 0;
    const wait = async (waited: number) => {
      ms += waited;
    };
    const patience = { budgetMs: 500, nowMs: () => ms, wait };
    await expect(wipeDeleted(database, patience)).rejects.toMatchObject({
      code: "STORE_BUSY",
      hint: expect.stringContaining("ringmain audit erase --finish"),
    });
    expect(ms).toBe(500);
    await expect(truncateLog(database, patience)).rejects.toMatchObject({ code: "STORE_BUSY" });

    // one that ends meanwhile is waited for
    ms = 0;
    const untilItEnds = async (waited: number) => {
      ms += waited;
      if (ms === 200) reader.exec("COMMIT");
    };
    await wipeDeleted(database, { ...patience, wait: untilItEnds });
    expect(ms).toBe(200);
    expect(bytes()).not.toContain("canary-");
  });

  it("waits for a writer, too", async () => {
    eraseGrownRows();
    using writer = new DatabaseSync(path);
    writer.exec("BEGIN IMMEDIATE");
    let waits = 0;
    const wait = async () => {
      waits += 1;
      if (waits === 3) writer.exec("COMMIT");
    };
    await wipeDeleted(database, { budgetMs: 1_000, nowMs: () => waits, wait });
    expect(waits).toBe(3);
    expect(bytes()).not.toContain("canary-");
  });
});
