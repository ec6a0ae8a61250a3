import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const run = promisify(execFile);
const verifyAudit = fileURLToPath(new URL("../../docs/verify-audit.mjs", import.meta.url));
const tick = `name: Tick
agent: ticker
on:
  schedule:
    - cron: "0 0 1 1 *"
steps:
  - id: owners
    call: crm.list_owners
`;
const read = ["call", "crm.list_owners"];

describe("checkpoints of the trail", () => {
  let workspace: TestWorkspace;
  let key: string;

  beforeAll(async () => {
    workspace = await makeWorkspace({
      roles: { owner: { tools: ["crm.list_owners"] } },
      agents: { ticker: { tools: ["crm.list_owners"] } },
      workflows: { tick },
      audit: {
        checkpoint_every: "1s",
        checkpoints: [{ path: "kept" }, { git: "ledger" }, { command: ["sh", "-c", "cat > mailed.txt"] }],
      },
    });
    const git = (...args: string[]) => run("git", ["-C", join(workspace.dir, "ledger"), ...args]);
    mkdirSync(join(workspace.dir, "ledger"));
    await git("init", "-q");
    await git("config", "user.email", "books@example.com");
    await git("config", "user.name", "Books");
    expect(await workspace.ringmain(...read)).toMatchObject({ code: 0 });
  });
  afterAll(() => workspace.remove());

  it("are signed on demand and kept in every place that ringmain.yaml names", async () => {
    const sealed = await workspace.ringmain("audit", "checkpoint", "--json");
    expect(sealed).toMatchObject({ code: 0 });
    const { file, entries, kept, ...rest } = JSON.parse(sealed.stdout);
    key = rest.key;
    expect({ entries, kept }).toEqual({
      entries: 1,
      kept: [{ place: "kept" }, { place: "git ledger" }, { place: "sh" }],
    });
    const note = readFileSync(join(workspace.stateDir, "checkpoints", file), "utf8");
    expect(readFileSync(join(workspace.dir, "kept", file), "utf8")).toBe(note);
    expect(readFileSync(join(workspace.dir, "mailed.txt"), "utf8")).toBe(note);
    const { stdout } = await run("git", ["-C", join(workspace.dir, "ledger"), "show", `HEAD:${file}`]);
    expect(stdout).toBe(note);
    const verified = await workspace.ringmain("audit", "verify");
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining("sealed by a checkpoint") });
  });

  it("prove an entry to somebody who has the notary's key and nothing else", async () => {
    const proof = join(workspace.dir, "1.tlog-proof");
    expect(await workspace.ringmain("audit", "prove", "1", "-o", proof)).toMatchObject({ code: 0 });
    const { stdout } = await run(process.execPath, [verifyAudit, "proof", proof, "--key", key]);
    expect(stdout).toContain("✓ entry 1 of 1");
    expect(stdout).toContain('"tool":"crm.list_owners"');

    const text = readFileSync(proof, "utf8");
    const [, extra = ""] = /^extra (\S+)$/m.exec(text) ?? [];
    const line = Buffer.from(extra, "base64").toString().replace("crm.list_owners", "crm.create_lead");
    writeFileSync(proof, text.replace(extra, Buffer.from(line).toString("base64")));
    await expect(run(process.execPath, [verifyAudit, "proof", proof, "--key", key])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("not in the trail that was signed"),
    });
  });

  it("tell a person what is wrong with what they asked for", async () => {
    const missing = await workspace.ringmain("audit", "prove", "999");
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("There is no entry 999") });
    const nowhere = await workspace.ringmain("audit", "verify", "--checkpoint", "nowhere");
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("no checkpoint nowhere") });
    const wrongKey = await workspace.ringmain("audit", "verify", "--key", "abc");
    expect(wrongKey).toMatchObject({ code: 2, stderr: expect.stringContaining("no key of a notary") });
  });

  it("are signed by `serve` as often as configured, and at its end", async () => {
    const served = startCli(["serve", "-w", workspace.dir, "--json"]);
    await served.until('"event":"serving"');
    expect(await workspace.ringmain(...read)).toMatchObject({ code: 0 });
    await served.until('"event":"sealed","entries":2');
    served.child.kill("SIGTERM");
    expect(await served.ended).toMatchObject({ code: 0 });
    const files = readdirSync(join(workspace.stateDir, "checkpoints"));
    expect(files.sort()).toEqual(["000000000001.checkpoint", "000000000002.checkpoint"]);
  });

  it("cannot go on under another writers' key until a person adopts the trail", async () => {
    rmSync(join(workspace.stateDir, "keys", "writer.key"));
    const unchecked = await workspace.ringmain("audit", "verify", "--json");
    expect(JSON.parse(unchecked.stdout)).toMatchObject({
      ok: true,
      head: "unchecked",
      unsealed: { entries: 0, checkpoint_every: "1s" },
    });
    const refused = await workspace.ringmain(...read);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("ringmain audit adopt");
    const reason = ["--reason", "the old disk died"];
    const adopted = await workspace.ringmain("audit", "adopt", ...reason, "--json");
    expect(JSON.parse(adopted.stdout)).toEqual({ adopted: true, entries: 2 });
    expect(await workspace.ringmain(...read)).toMatchObject({ code: 0 });
    const verified = await workspace.ringmain("audit", "verify", "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({
      entries: 4,
      head: "authentic",
      faults: [],
      unsealed: { entries: 2 },
    });
  });

  it("tell that a database is gone, in whose place no new trail begins unasked", async () => {
    using lost = workspace.copy();
    for (const ending of ["", "-wal", "-shm"]) rmSync(`${lost.databasePath}${ending}`, { force: true });
    const told = expect.stringMatching(/^AUDIT_BROKEN .* is gone\. Its trail had 2 entries or more: /);
    for (const command of [["audit", "verify"], read, ["audit", "tail"]]) {
      expect(await lost.ringmain(...command)).toMatchObject({ code: 1, stderr: told });
      expect(existsSync(lost.databasePath)).toBe(false);
    }
    // what is kept elsewhere tells it too, but stops nobody who has put their own away
    renameSync(join(lost.stateDir, "checkpoints"), join(lost.dir, "before"));
    expect(await lost.ringmain("audit", "verify")).toMatchObject({ code: 1, stderr: told });
    expect(await lost.ringmain(...read)).toMatchObject({ code: 0 });
  });

  it("are missed by nobody: what was signed and then changed is found, with exit code 1", async () => {
    const file = join(workspace.stateDir, "checkpoints", "000000000002.checkpoint");
    writeFileSync(file, readFileSync(file, "utf8").replace("\n2\n", "\n3\n"));
    const verified = await workspace.ringmain("audit", "verify");
    expect(verified).toMatchObject({ code: 1, stdout: expect.stringContaining("does not fit its text") });
  });
});
