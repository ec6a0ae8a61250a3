import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { keys, type PtyScreen, startInPty } from "../helpers/pty.ts";
import { describeBuilt, runCli } from "../helpers/run-cli.ts";
import { builtCli, makeWorkspace, plainEnvironment, type TestWorkspace } from "../helpers/workspace.ts";

interface User {
  name: string;
  uid: number;
}

const passphrase = "correct horse battery";
const policy = `@id("ask-about-owners") @approval("finance")
forbid (principal, action == Action::"crm.upsert_owner", resource);`;

/** Ordinary users of this machine, whoever they are: the names stand for what they do here. */
const users = readFileSync("/etc/passwd", "utf8")
  .split("\n")
  .map((line) => line.split(":"))
  .map(([name = "", , uid]) => ({ name, uid: Number(uid) }))
  .filter(({ uid }) => uid > 0);
const [anna, maria, stranger] = users.slice(0, 3) as [User, User, User];
const group = 60_321;

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("Skipped. Only root can run programs as two other users.\n");
const describeAsRoot = isRoot ? describeBuilt : describe.skip;

describeAsRoot("a workspace of two users of the machine", () => {
  let workspace: TestWorkspace;
  let screen: PtyScreen | undefined;

  const by = (user: User, ...args: string[]) =>
    runCli([...args, "--workspace", workspace.dir], { uid: user.uid, gid: group });
  const atTerminal = (user: User, ...args: string[]) => {
    const command = [builtCli, ...args, "--workspace", workspace.dir];
    const environment = plainEnvironment();
    screen = startInPty({
      file: process.execPath,
      args: command,
      columns: 120,
      rows: 60,
      environment,
      uid: user.uid,
      gid: group,
    });
    return screen;
  };
  const upsert = ["call", "crm.upsert_owner", "-a", "name=Ada", "email=ada@nordwind.example", "--key", "ada"];

  beforeAll(async () => {
    const members = [anna, maria].map((user) => user.name);
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { finance: { tools: ["crm.*", "crm.upsert_owner"], members } },
      policies: { ask: policy },
    });
    chmodSync(workspace.dir, 0o755);
    mkdirSync(workspace.stateDir);
    chownSync(workspace.stateDir, anna.uid, group);
    chmodSync(workspace.stateDir, 0o2770);
  });
  afterEach(() => screen?.kill("SIGKILL"));
  afterAll(() => workspace.remove());

  it("lets one ask and the other approve, each under a key of their own", async () => {
    const asked = await by(anna, ...upsert);
    expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining("APPROVAL_REQUIRED") });
    const [request] = workspace.query("SELECT id FROM approval_request");

    const enroll = atTerminal(maria, "approvals", "enroll");
    await enroll.until(`New passphrase of user:${maria.name}`);
    enroll.press(passphrase, keys.enter);
    await enroll.until("Once more");
    enroll.press(passphrase, keys.enter);
    await enroll.until("can decide about requests now");
    await enroll.exit();

    const approve = atTerminal(maria, "approvals", "approve", String(request?.id));
    await approve.until("to approve this call:");
    approve.press(passphrase, keys.enter);
    await approve.until("is approved, for finance");
    expect(await approve.exit()).toEqual({ exitCode: 0 });

    expect(await by(anna, ...upsert)).toMatchObject({ code: 0 });
    expect(workspace.query("SELECT name FROM crm_owner")).toEqual([{ name: "Ada" }]);
    for (const user of [anna, maria]) expect(await by(user, "audit", "verify")).toMatchObject({ code: 0 });
    expect(await by(maria, "audit", "checkpoint")).toMatchObject({ code: 0 });
    expect(await by(anna, "doctor")).toMatchObject({ code: 0 });
  });

  it("makes what it keeps for the group and nobody else, and an approver's key for the approver", () => {
    const files = readdirSync(workspace.stateDir, { recursive: true, withFileTypes: true });
    const modes = files.map((file) => {
      const path = join(file.parentPath, file.name);
      const { mode, gid } = statSync(path);
      return { path, mode: mode & 0o777, gid };
    });
    expect(modes.length).toBeGreaterThan(8);
    for (const { path, mode, gid } of modes) {
      expect(gid, path).toBe(group);
      expect(mode & 0o007, path).toBe(0);
      expect(mode & 0o040, path).toBe(path.includes("keys/approvers/") ? 0 : 0o040);
    }
  });

  it("tells another user who is not of the group how they share it", async () => {
    const refused = await runCli(["approvals", "--workspace", workspace.dir], {
      uid: stranger.uid,
      gid: stranger.uid,
    });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("docs/sharing.md");
  });
});
