import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { type CliOptions, describeBuilt, runCli, startCli } from "../helpers/run-cli.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const createOwner = ["call", "crm.upsert_owner", "-a", "name=Nina", "email=nina@example.com"];

/** How to be somebody whom permissions bind: root is not, and becomes `nobody`. Undefined where that is impossible. */
const unbound = asNobody();

function asNobody(): CliOptions | undefined {
  if (process.getuid?.() !== 0) return {};
  const nobody = { uid: 65_534, gid: 65_534 };
  const reads = spawnSync(process.execPath, ["--check", builtCli], { ...nobody, cwd: "/" });
  if (reads.status === 0) return { ...nobody, cwd: "/" };
  process.stderr.write("Skipped: root is bound by no permissions, and nobody cannot read this folder.\n");
  return undefined;
}

// together, since some of them wait for a lock
describeBuilt("a database that is", { concurrent: true }, () => {
  /** A workspace whose trail has one entry. */
  async function withOneOwner(): Promise<TestWorkspace> {
    const workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "crm.upsert_owner"] } },
    });
    expect(await workspace.ringmain(...createOwner)).toMatchObject({ code: 0 });
    return workspace;
  }

  const entriesOf = (workspace: TestWorkspace) =>
    workspace.query("SELECT count(*) AS entries FROM audit_entry")[0]?.entries;

  it("locked by another process: a call waits and then succeeds", async () => {
    using workspace = await withOneOwner();
    const holder = new DatabaseSync(workspace.databasePath);
    holder.exec("BEGIN IMMEDIATE");
    const call = startCli([
      "call",
      "crm.upsert_owner",
      "-a",
      "name=Max",
      "email=max@example.com",
      "-w",
      workspace.dir,
    ]);
    // nothing tells from outside that the call waits; a call that has not begun to wait succeeds all the more
    await delay(2_500);
    expect(call.child.exitCode).toBeNull();
    expect(call.stdout()).toBe("");
    holder.exec("COMMIT");
    holder.close();
    expect(await call.ended).toMatchObject({ code: 0 });
    expect(entriesOf(workspace)).toBe(2);
  });

  it("locked: what only reads does not wait for it", async () => {
    using workspace = await withOneOwner();
    const holder = new DatabaseSync(workspace.databasePath);
    holder.exec("BEGIN IMMEDIATE");
    for (const args of [["runs"], ["audit", "tail"], ["audit", "verify"], ["doctor"], ["check"]]) {
      expect(await workspace.ringmain(...args)).toMatchObject({ code: 0 });
    }
    holder.exec("COMMIT");
    holder.close();
  });

  it.skipIf(unbound === undefined)("read-only: said with a remedy, and nothing is changed", async () => {
    using workspace = await withOneOwner();
    const keys = join(workspace.stateDir, "keys");
    const folders = [workspace.dir, workspace.stateDir, keys];
    // whoever the process is, it may read everything, the key too, and write nothing
    for (const file of [join(keys, "runner.key"), workspace.databasePath]) chmodSync(file, 0o444);
    for (const folder of folders) chmodSync(folder, 0o555);
    const before = readFileSync(workspace.databasePath);
    const refused = await runCli([...createOwner, "-w", workspace.dir], unbound);
    for (const folder of folders) chmodSync(folder, 0o755);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^STORE_UNAVAILABLE {2}The database .* (is read-only|cannot be opened)\./);
    expect(refused.stderr).toMatch(/^ {2}.*write/m);
    expect(readFileSync(workspace.databasePath).equals(before)).toBe(true);
  });

  it.each([
    ["at its head", 0, 100],
    ["in the middle", 4096, 60 * 4096],
  ])("damaged %s: said everywhere, and left as it is", async (_where, offset, length) => {
    using workspace = await withOneOwner();
    const checkpoint = new DatabaseSync(workspace.databasePath);
    checkpoint.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
    checkpoint.close();
    const size = statSync(workspace.databasePath).size;
    const file = openSync(workspace.databasePath, "r+");
    writeSync(file, Buffer.alloc(Math.min(length, size - offset), 0xa5), 0, undefined, offset);
    closeSync(file);
    const before = readFileSync(workspace.databasePath);
    for (const args of [["runs"], createOwner, ["audit", "verify"]]) {
      const { code, stdout, stderr } = await workspace.ringmain(...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`STORE_UNAVAILABLE  The file ${workspace.databasePath} is damaged`);
      expect(stderr).toContain("Put a backup in its place");
    }
    const doctor = await workspace.ringmain("doctor");
    expect(doctor.code).toBe(2);
    expect(doctor.stdout).toMatch(/✗ database +The file .* is damaged/);
    expect(readFileSync(workspace.databasePath).equals(before)).toBe(true);
  });

  it.each([
    ["the trail", "audit", 2],
    ["a server", "crm", 1],
  ])("of a newer version in %s: refused, with nothing changed", async (_what, owner, code) => {
    using workspace = await withOneOwner();
    const database = new DatabaseSync(workspace.databasePath);
    database.prepare("INSERT INTO migration VALUES (?, 99, 'from the future', '2099-01-01')").run(owner);
    database.close();
    const before = workspace.query("SELECT * FROM migration");
    const refused = await workspace.ringmain(...createOwner);
    expect(refused).toMatchObject({ code, stdout: "" });
    expect(refused.stderr).toContain(`The database has version 99 of ${owner}`);
    expect(refused.stderr).toContain("It was written by a newer Ringmain. Install that version");
    expect(workspace.query("SELECT * FROM migration")).toEqual(before);
    expect(entriesOf(workspace)).toBe(1);
  });
});
