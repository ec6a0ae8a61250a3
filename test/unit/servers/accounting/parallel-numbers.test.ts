import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { ensureWriterKey } from "../../../../src/identity/keys.ts";
import { migrateServer, openWorkspaceDatabase } from "../../../../src/kit/open-store.ts";
import { expectSoundBooks } from "./sound-books.ts";

const program = new URL("./programs/post-invoices.ts", import.meta.url).pathname;
const now = new Date("2026-11-02T08:00:00Z");

async function emptyBooks() {
  const folder = mkdtempSync(join(tmpdir(), "ringmain-books-"));
  const path = join(folder, "ringmain.db");
  const database = await openWorkspaceDatabase({ path, now });
  await migrateServer(database, definition, now, ensureWriterKey(folder));
  database.exec(`INSERT INTO accounting_customer
    (id, name, language, currency, payment_terms_days, version, created_at, updated_at)
    VALUES ('cus_1', 'Customer', 'en', 'EUR', 30, 1, 't', 't')`);
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path, database };
}

/** Posts from `go` until it is killed; `crashAfter` invoices it kills itself between its last write and the commit. */
function poster(path: string, crashAfter: number) {
  const child = spawn(process.execPath, [program, path, "cus_1", String(crashAfter)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const numbers: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, "line");
  void ready.then(() => lines.on("line", (line) => numbers.push(line)));
  return {
    child,
    lines,
    numbers,
    ready,
    go: () => child.stdin.write("go\n"),
    closed: once(child, "close"),
  };
}

it("keeps every series gapless though processes post in parallel and die at any moment", async () => {
  const { path, database } = await emptyBooks();
  const told: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const crashing = [6 + round, 12].map((after) => poster(path, after));
    const killed = poster(path, 0);
    // all at once: otherwise each would be done before the next has started
    const posters = [...crashing, killed];
    await Promise.all(posters.map(({ ready }) => ready));
    for (const { go } of posters) go();
    await Promise.all(crashing.map(({ closed }) => closed));
    // the third dies by another's hand, wherever it is
    const ended = killed.closed.then(() => true);
    const told15 = async () => {
      while (killed.numbers.length < 15) await once(killed.lines, "line");
      return false;
    };
    await Promise.race([ended, told15()]);
    killed.child.kill("SIGKILL");
    await killed.closed;
    // none of them ended by an error of its own
    const signals = posters.map(({ child }) => child.signalCode);
    expect(signals).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
    told.push(...posters.flatMap(({ numbers }) => numbers));
  }
  expectSoundBooks(database);
  const numbers = database
    .prepare("SELECT number FROM accounting_invoice ORDER BY number")
    .all()
    .map(({ number }) => String(number));
  // no number was told twice, and whatever was told is there
  expect(new Set(told).size).toBe(told.length);
  expect(numbers).toEqual(expect.arrayContaining(told));
  expect(told.length).toBeGreaterThan(40);
});
