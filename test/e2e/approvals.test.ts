import { readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { approvalOf, metaKey } from "../../src/core/call-meta.ts";
import { addClient, answerOf, newestEntries, openCrm } from "../helpers/client-server.ts";
import type { McpClient } from "../helpers/mcp-clients.ts";
import { keys, type PtyScreen, startInPty } from "../helpers/pty.ts";
import { type CliProcess, describeBuilt, runCli, startCli } from "../helpers/run-cli.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const user = userInfo().username;
const me = `user:${user}`;
const passphrase = "correct horse battery";

const policy = `@id("ask-about-owners") @approval("finance")
forbid (principal, action == Action::"crm.upsert_owner", resource);`;
const hire = `agent: clerk
on:
  schedule:
    - cron: "* * * * * *"
      timezone: UTC
steps:
  - id: owner
    call: crm.upsert_owner
    with: { name: Nina Sund, email: nina@nordwind.example }
`;

/** What `serve --json` says of a run that waits. */
const parked = '"workflow":"hire","status":"waiting"';

describeBuilt("ringmain approvals", () => {
  let workspace: TestWorkspace;
  let client: McpClient;
  let request: string;
  let screen: PtyScreen | undefined;
  const serving: CliProcess[] = [];

  const call = () => client.callTool("upsert_owner", { name: "Ada Nord", email: "ada@nordwind.example" });
  const owners = () => workspace.query("SELECT name FROM crm_owner");
  const statuses = () => workspace.query("SELECT status FROM approval_request ORDER BY rowid");
  const atTerminal = (...args: string[]) => {
    const command = [builtCli, ...args, "--workspace", workspace.dir];
    screen = startInPty({ file: process.execPath, args: command, columns: 120, rows: 60 });
    return screen;
  };

  const serve = () => {
    const served = startCli(["serve", "--json", "--workspace", workspace.dir]);
    serving.push(served);
    return served;
  };

  beforeAll(async () => {
    const tools = ["crm.*", "crm.upsert_owner"];
    workspace = await makeWorkspace({
      roles: { finance: { tools } },
      clients: { desk: { tools } },
      agents: { clerk: { tools: ["crm.upsert_owner"] } },
      workflows: { hire },
      policies: { ask: policy },
    });
    client = await openCrm(workspace, await addClient(workspace, "desk"));
  });
  afterEach(() => {
    screen?.kill("SIGKILL");
    for (const { child } of serving.splice(0)) child.kill("SIGKILL");
  });
  afterAll(async () => {
    await client.close();
    workspace.remove();
  });

  it("names the request to a client, which is told what a person does", async () => {
    const refused = await call();
    request = approvalOf(refused._meta?.[metaKey.error]) ?? "";
    expect(request).toMatch(/^apr_/);
    expect(answerOf(refused)).toContain(`APPROVAL_REQUIRED: crm.upsert_owner needs the approval of finance`);
    expect(answerOf(refused)).toContain(`\`ringmain approvals approve ${request}\``);
    expect(owners()).toEqual([]);
    const listed = await workspace.ringmain("approvals", "--json");
    expect(JSON.parse(listed.stdout)).toMatchObject({
      approvals: [{ id: request, status: "pending", principal: "client:desk", roles: ["finance"] }],
    });
  });

  it("is decided by no pipe, no option and no variable", async () => {
    const stdin = `printf '${passphrase}\\n${passphrase}\\n' | "$0" "$@"`;
    const piped = ["sh", "-c", stdin, process.execPath, builtCli];
    const env = { RINGMAIN_PASSPHRASE: passphrase, PASSPHRASE: passphrase, RINGMAIN_YES: "1" };
    const tries = [
      ["enroll"],
      ["enroll", "--yes"],
      ["approve", request],
      ["approve", request, "--yes"],
      ["approve", request, "--no-input", "--yes"],
      ["reject", request, "--reason", "no"],
    ];
    const ended = await Promise.all(
      tries.map((args) =>
        runCli(["approvals", ...args, "--workspace", workspace.dir], { env, command: piped }),
      ),
    );
    for (const { code, stderr } of ended) {
      expect(code).toBe(2);
      expect(stderr).toContain("never approve");
    }
    expect(statuses()).toEqual([{ status: "pending" }]);
    expect(workspace.query("SELECT * FROM approval_approver")).toEqual([]);
  });

  it("is approved in a terminal with the passphrase, after which the very call goes through once", async () => {
    const enroll = atTerminal("approvals", "enroll");
    await enroll.until(`New passphrase of ${me}`);
    enroll.press(passphrase, keys.enter);
    await enroll.until("Once more");
    enroll.press(passphrase, keys.enter);
    expect(await enroll.until("can decide about requests now")).not.toContain(passphrase);
    expect(await enroll.exit()).toEqual({ exitCode: 0 });
    const folder = join(workspace.stateDir, "keys/approvers");
    const [file = ""] = readdirSync(folder);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, file), "utf8")).not.toContain("PRIVATE KEY");

    const wrong = atTerminal("approvals", "approve", request.slice(-6), "--yes");
    const shown = await wrong.until(`Passphrase of ${me} to approve this call:`);
    expect(shown).toContain("client:desk");
    expect(shown).toContain("ask-about-owners (policies/ask.cedar:1) asks finance");
    expect(shown).toMatch(/email +ada@nordwind\.example/);
    expect(shown).toMatch(/crm_owner +usr_\w+ +new/);
    wrong.press("wrong one", keys.enter);
    await wrong.until("The passphrase is not the right one.");
    expect(await wrong.exit()).toEqual({ exitCode: 3 });
    expect(newestEntries(workspace, 1)).toMatchObject([
      { kind: "approval", tool: "ringmain.approve_call", outcome: "denied", error: "POLICY_DENIED" },
    ]);
    expect(statuses()).toEqual([{ status: "pending" }]);

    const right = atTerminal("approvals", "approve", request, "--reason", "as agreed");
    await right.until("to approve this call:");
    right.press("oops", "\u0015", `${passphrase}x`, "\u007f", keys.enter);
    await right.until("is approved, for finance");
    expect(await right.exit()).toEqual({ exitCode: 0 });

    expect(answerOf(await call())).toBe("ok");
    expect(owners()).toHaveLength(1);
    expect(newestEntries(workspace, 1)).toMatchObject([
      { principal: "client:desk", outcome: "done", approval: request, approver: me },
    ]);
    expect(answerOf(await call())).toContain("APPROVAL_REQUIRED");
    expect(owners()).toHaveLength(1);
    expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
  });

  it("is not for who asked", async () => {
    const args = ["-a", "name=Me", "-a", "email=me@nordwind.example", "--json"];
    const own = await workspace.ringmain("call", "crm.upsert_owner", ...args);
    expect(own.code).toBe(3);
    const { error } = JSON.parse(own.stdout);
    expect(error).toMatchObject({ code: "APPROVAL_REQUIRED", details: { approval: expect.any(String) } });
    const mine = String(approvalOf(error.details));
    const approve = atTerminal("approvals", "approve", mine);
    await approve.until(`${me} asked for ${mine}, so somebody else decides about it.`);
    expect(await approve.exit()).toEqual({ exitCode: 3 });
    expect(owners()).toHaveLength(1);
  });

  it("lets the run go on that `serve` holds, killed and started again while it waited", async () => {
    const first = serve();
    await first.until(parked);
    first.child.kill("SIGKILL");
    expect(await first.ended).toMatchObject({ signal: "SIGKILL" });
    const { id: run, waitsFor } = firstWaiting(first.stdout());
    const asked = waitsFor[0]?.approval ?? "";
    const ended = `"event":"run","id":"${run}","workflow":"hire","status":"done"`;
    const callsOfRun = () =>
      workspace.query(
        `SELECT outcome, body ->> '$.error' AS error, body ->> '$.approval' AS approval, body ->> '$.approver' AS approver
         FROM audit_entry WHERE tool = 'crm.upsert_owner' AND body ->> '$.run' = ? ORDER BY seq`,
        run,
      );
    const asking = { outcome: "denied", error: "APPROVAL_REQUIRED", approval: asked, approver: null };
    expect(callsOfRun()).toEqual([asking]);

    const second = serve();
    // a later run has come to its wait: whoever serves now works, and does not send again what nobody has decided
    await second.until(parked);
    expect(callsOfRun()).toEqual([asking]);
    expect(second.stdout()).not.toContain(ended);

    const approve = atTerminal("approvals", "approve", asked);
    expect(await approve.until("to approve this call:")).toContain("nina@nordwind.example");
    approve.press(passphrase, keys.enter);
    await approve.until("is approved, for finance");
    expect(await approve.exit()).toEqual({ exitCode: 0 });
    await second.until(ended);
    second.child.kill("SIGTERM");
    expect(await second.ended).toMatchObject({ code: 0, signal: null });

    expect(callsOfRun()).toEqual([asking, { outcome: "done", error: null, approval: asked, approver: me }]);
    expect(workspace.query("SELECT status, error FROM engine_run WHERE id = ?", run)).toEqual([
      { status: "done", error: null },
    ]);
    // the other runs ask for the same, and have nobody's yes
    expect(owners()).toEqual([{ name: "Ada Nord" }, { name: "Nina Sund" }]);
    const approved = workspace.query(
      "SELECT outcome FROM audit_entry WHERE body ->> '$.approval' = ?",
      asked,
    );
    expect(approved.filter(({ outcome }) => outcome === "done")).toHaveLength(2);
    expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
  });
});

interface WaitingRun {
  id: string;
  waitsFor: readonly { approval: string }[];
}

/** The first run that a `serve --json` said to wait. */
function firstWaiting(stdout: string): WaitingRun {
  const line = stdout.split("\n").find((text) => text.includes(parked));
  return JSON.parse(line ?? "{}");
}
