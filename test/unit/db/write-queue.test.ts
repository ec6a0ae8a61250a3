import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../../src/db/sqlite.ts";
import { createWriteQueue } from "../../../src/db/write-queue.ts";

function openCounter() {
  const dir = mkdtempSync(join(tmpdir(), "ringmain-queue-"));
  const open = () => openSqlite({ path: join(dir, "ring.db"), synchronous: "normal" });
  const database = open();
  const other = open();
  onTestFinished(() => {
    database.close();
    other.close();
    rmSync(dir, { recursive: true });
  });
  database.exec("CREATE TABLE counter (n INTEGER NOT NULL) STRICT; INSERT INTO counter VALUES (0)");
  const count = () => Number(database.prepare("SELECT n FROM counter").get()?.n);
  return { database, other, count, write: createWriteQueue(database) };
}

test("writes that are asked for together follow one another", async () => {
  const { database, write, count } = openCounter();
  const increment = () => write(() => database.exec(`UPDATE counter SET n = ${count() + 1}`));
  await Promise.all(Array.from({ length: 50 }, increment));
  expect(count()).toBe(50);
});

test("a write that fails leaves nothing behind and does not stop the next one", async () => {
  const { database, write, count } = openCounter();
  const failure = new Error("no");
  const failed = write(() => {
    database.exec("UPDATE counter SET n = 7");
    throw failure;
  });
  const next = write(() => database.exec("UPDATE counter SET n = n + 1"));
  await expect(failed).rejects.toBe(failure);
  await next;
  expect(count()).toBe(1);
});

test("waits while another process has the lock", async () => {
  const { database, other, write, count } = openCounter();
  other.exec("BEGIN IMMEDIATE; UPDATE counter SET n = 10");
  const waiting = write(() => database.exec("UPDATE counter SET n = n + 1"));
  await new Promise((resolve) => setImmediate(resolve));
  other.exec("COMMIT");
  await waiting;
  expect(count()).toBe(11);
});
