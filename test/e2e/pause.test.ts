import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addClient, answerOf, callOnAndOn, newestEntries, openCrm } from "../helpers/client-server.ts";
import type { McpClient } from "../helpers/mcp-clients.ts";
import { describeBuilt, expectNoProcesses, runCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const me = `user:${userInfo().username}`;

const newOwner = `name: New owner
agent: writer
steps:
  - id: owner
    call: crm.upsert_owner
    with: { name: Ada Nord, email: ada@nordwind.example }
`;

describeBuilt("ringmain pause and resume", () => {
  let workspace: TestWorkspace;
  /** Server processes that run all the while: two of one client, one of another. */
  let first: McpClient;
  let second: McpClient;
  let other: McpClient;

  const ringmain = (...args: string[]) => workspace.ringmain(...args);
  const answers = () =>
    Promise.all([first, second, other].map(async (client) => answerOf(await client.callTool("list_owners"))));
  const seqOf = (tool: string) =>
    Number(workspace.query("SELECT max(seq) AS seq FROM audit_entry WHERE tool = ?", tool)[0]?.seq);

  beforeAll(async () => {
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*"], members: ["*", "maria"] } },
      clients: { desk: { tools: ["crm.*"] }, other: { tools: ["crm.*"] } },
      agents: { writer: { tools: ["crm.upsert_owner"] } },
      workflows: { "new-owner": newOwner },
    });
    const credential = await addClient(workspace, "desk");
    first = await openCrm(workspace, credential);
    second = await openCrm(workspace, credential);
    other = await openCrm(workspace, await addClient(workspace, "other"));
    expect(await answers()).toEqual(["ok", "ok", "ok"]);
  });
  afterAll(async () => {
    await Promise.all([first, second, other].map((client) => client.close()));
    await expectNoProcesses(workspace.dir);
    workspace.remove();
  });

  it("refuses the very next call of one client in every process that runs, and nobody else's", async () => {
    const paused = await ringmain("pause", "client:desk", "--reason", "laptop lost");
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining("client:desk is paused") });
    const told =
      "PAUSED: client:desk is paused. A person can let it go on with `ringmain resume client:desk`.";
    expect(await answers()).toEqual([told, told, "ok"]);
    const refusal = {
      kind: "call",
      principal: "client:desk",
      verified_by: "credential",
      tool: "crm.list_owners",
      decision: "deny",
      outcome: "denied",
      error: "PAUSED",
    };
    const [pause, ...calls] = newestEntries(workspace, 4);
    expect(pause).toMatchObject({
      kind: "pause",
      tool: "ringmain.pause",
      principal: me,
      outcome: "done",
      reason: "laptop lost",
      changed: [["identity_pause", "client:desk", 1]],
    });
    expect(calls.filter(({ outcome }) => outcome === "denied")).toMatchObject([refusal, refusal]);

    const resumed = await ringmain("resume", "client:desk", "--reason", "found again");
    expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining("no longer paused") });
    expect(newestEntries(workspace, 1)).toMatchObject([
      { kind: "pause", tool: "ringmain.resume", principal: me, reason: "found again" },
    ]);
    expect(await answers()).toEqual(["ok", "ok", "ok"]);
  });

  it("refuses everyone with --all, a person too, until it is lifted", async () => {
    expect(await ringmain("pause", "--all")).toMatchObject({ code: 0 });
    const told =
      "PAUSED: The whole workspace is paused. A person can let it go on with `ringmain resume --all`.";
    expect(await answers()).toEqual([told, told, told]);
    const mine = await ringmain("call", "crm.list_owners");
    expect(mine).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("The whole workspace is paused."),
    });
    expect(newestEntries(workspace, 1)).toMatchObject([
      { principal: me, outcome: "denied", error: "PAUSED" },
    ]);

    expect(await ringmain("resume", "--all")).toMatchObject({ code: 0 });
    expect(await answers()).toEqual(["ok", "ok", "ok"]);
    expect(await ringmain("call", "crm.list_owners")).toMatchObject({ code: 0 });
  });

  it("leaves no call done after it in the trail, of processes that call on and on", async () => {
    const callers = [callOnAndOn(first), callOnAndOn(second)];
    await Promise.all(callers.map(({ answered }) => answered));
    expect(await ringmain("pause", "client:desk")).toMatchObject({ code: 0 });
    await Promise.all(callers.map(({ refused }) => refused));
    const told = await Promise.all(callers.map((caller) => caller.stop()));
    for (const each of told) {
      // once it is refused, it stays so
      expect(each.slice(each.findIndex((answer) => answer !== "ok"))).not.toContain("ok");
      expect(each[0]).toBe("ok");
    }
    const after = workspace.query(
      "SELECT DISTINCT outcome FROM audit_entry WHERE principal = 'client:desk' AND seq > ?",
      seqOf("ringmain.pause"),
    );
    expect(after).toEqual([{ outcome: "denied" }]);
    expect(await ringmain("resume", "client:desk")).toMatchObject({ code: 0 });
  });

  it("fails the run of a paused agent at its next call, which it says, and no write is made", async () => {
    await ringmain("pause", "agent:writer");
    const refused = await ringmain("run", "new-owner");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("owner  PAUSED: agent:writer is paused.");
    expect(refused.stderr).toContain("`ringmain resume agent:writer`");
    expect(newestEntries(workspace, 2)).toMatchObject([
      {
        kind: "call",
        principal: "agent:writer",
        verified_by: "run_token",
        outcome: "denied",
        error: "PAUSED",
      },
      { kind: "run", tool: "ringmain.finish_run", outcome: "failed", error: "PAUSED" },
    ]);
    expect(workspace.query("SELECT id FROM crm_owner")).toEqual([]);

    expect((await ringmain("agents")).stdout).toContain("writer  ‖ paused");
    expect(JSON.parse((await ringmain("agents", "--json")).stdout)).toMatchObject({
      agents: [{ id: "writer", paused: true }],
    });
    expect((await ringmain("doctor")).stdout).toMatch(/✓ paused +agent:writer\n/);

    await ringmain("resume", "agent:writer");
    expect(await ringmain("run", "new-owner")).toMatchObject({ code: 0 });
    expect(workspace.query("SELECT id FROM crm_owner")).toHaveLength(1);
    expect((await ringmain("agents")).stdout).not.toContain("paused");
    expect((await ringmain("doctor")).stdout).toMatch(/✓ paused +nobody\n/);
  });

  it("is harmless twice, says since when, and leaves no second entry", async () => {
    expect(await ringmain("pause", "client:other", "--reason", "one")).toMatchObject({ code: 0 });
    const entries = newestEntries(workspace, 1);
    const again = await ringmain("pause", "client:other", "--reason", "two");
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/client:other was paused already, since .* UTC, by user:.*: one/);
    expect(JSON.parse((await ringmain("pause", "client:other", "--json")).stdout)).toMatchObject({
      principal: "client:other",
      paused_by: me,
      reason: "one",
      changed: false,
    });
    expect(newestEntries(workspace, 1)).toEqual(entries);

    await ringmain("pause", "--all");
    for (const list of [["pause"], ["pause", "--list"]]) {
      const { code, stdout } = await ringmain(...list);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^‖ client:other {2}since .*: one\n‖ the whole workspace {2}since .*\n$/);
    }
    expect(JSON.parse((await ringmain("pause", "--list", "--json")).stdout)).toMatchObject({
      paused: [{ principal: "client:other" }, { principal: "*" }],
    });

    // --all lifts the pause of all, not those by name
    const all = await ringmain("resume", "--all");
    expect(all).toMatchObject({ code: 0, stderr: "Still paused: client:other.\n" });
    expect(await answers()).toEqual(["ok", "ok", expect.stringContaining("client:other is paused")]);
    expect(await ringmain("resume", "client:other")).toMatchObject({ code: 0 });
    expect(await ringmain("resume", "client:other")).toMatchObject({
      code: 0,
      stdout: "client:other was not paused.\n",
    });
    expect(await ringmain("pause")).toMatchObject({ code: 0, stdout: "", stderr: "Nobody is paused.\n" });
  });

  it.each([
    [["pause", "agent:writr"], 'Did you mean "agent:writer"?'],
    [["pause", "writer"], 'Did you mean "agent:writer"?'],
    [["pause", "user:mraia"], 'Did you mean "user:maria"?'],
    [["pause", "role:owner"], "Known are: agent:writer, client:desk"],
    [["pause", "agent:writer", "--all"], "not both"],
    [["pause", "--reason", "why"], "whether to pause or to list"],
    [["pause", "agent:writer", "--reason", "two\nlines"], "--reason takes one line"],
    [["resume"], "or say --all"],
    [["pause", me], "You cannot pause yourself"],
  ])("%j changes nothing and says why", async (args, told) => {
    const { code, stdout, stderr } = await ringmain(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(told);
    expect(workspace.query("SELECT * FROM identity_pause")).toEqual([]);
  });

  it("pauses an agent whose file has faults, and resumes one whose file is gone", async () => {
    writeFileSync(join(workspace.dir, "agents/broken.md"), "---\nnonsense: true\n---\n");
    expect(await ringmain("pause", "agent:broken")).toMatchObject({ code: 0 });
    writeFileSync(join(workspace.dir, "agents/broken.md"), "");
    const config = join(workspace.dir, "ringmain.yaml");
    const text = readFileSync(config, "utf8");
    expect(await ringmain("pause", "client:other")).toMatchObject({ code: 0 });
    writeFileSync(config, text.replace(/^ {2}other:\n( {4}.*\n)+/m, ""));
    expect(await ringmain("resume", "client:other")).toMatchObject({ code: 0 });
    // it has a credential, so a server that runs may still know it
    expect(await ringmain("pause", "client:other")).toMatchObject({ code: 0 });
    expect(await ringmain("resume", "client:other")).toMatchObject({ code: 0 });
    writeFileSync(config, text);
    expect(await ringmain("resume", "agent:broken")).toMatchObject({ code: 0 });
  });

  it("is not for a person who is paused: another lifts it", async () => {
    const database = new DatabaseSync(workspace.databasePath);
    database
      .prepare("INSERT INTO identity_pause VALUES (?, '2026-11-23T08:00:00.000Z', 'user:maria', NULL)")
      .run(me);
    for (const args of [
      ["resume", me],
      ["pause", "client:desk"],
      ["clients", "revoke", "desk"],
    ]) {
      const refused = await ringmain(...args);
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining(`${me} is paused.`) });
      expect(newestEntries(workspace, 1)).toMatchObject([
        { principal: me, outcome: "denied", decision: "deny", error: "PAUSED", changed: [] },
      ]);
    }
    expect(await ringmain("run", "new-owner")).toMatchObject({ code: 3 });
    expect(workspace.query("SELECT principal FROM identity_pause")).toEqual([{ principal: me }]);
    database.exec("DELETE FROM identity_pause");
    database.close();
    expect(await answers()).toEqual(["ok", "ok", "ok"]);
  });

  it("is not for a person without a role, whoever the environment says they are; the try is recorded", async () => {
    using strict = await makeWorkspace({
      roles: { owner: { tools: ["crm.*"], members: ["maria"] } },
      clients: { desk: { tools: [] }, "claude-desktop": { tools: [] } },
    });
    const env = { USER: "maria", LOGNAME: "maria", USERNAME: "maria", RINGMAIN_PRINCIPAL: "user:maria" };
    for (const args of [
      ["pause", "--all"],
      ["pause", "client:desk"],
      ["resume", "--all"],
      ["clients", "add", "desk"],
      ["clients", "revoke", "desk"],
      ["connect", "claude-desktop", "--yes", "--config", join(strict.dir, "claude.json")],
    ]) {
      const refused = await runCli([...args, "--workspace", strict.dir], {
        env: { ...env, RINGMAIN_ROLE: "owner", RINGMAIN_ROLES: "owner" },
      });
      expect(refused, args.join(" ")).toMatchObject({
        code: 3,
        stdout: "",
        stderr: expect.stringContaining(`POLICY_DENIED  ${me} has no role here`),
      });
      expect(newestEntries(strict, 1)).toMatchObject([
        { principal: me, outcome: "denied", error: "POLICY_DENIED" },
      ]);
    }
    expect(strict.query("SELECT principal FROM identity_pause")).toEqual([]);
    expect(strict.query("SELECT id FROM identity_credential")).toEqual([]);
    expect(await strict.ringmain("audit", "verify")).toMatchObject({ code: 0 });
  });

  it("stands in the trail, which verifies", async () => {
    const { stdout } = await ringmain("audit", "tail", "-n", "100000");
    expect(stdout).toMatch(/user:\S+ +ringmain\.pause +✓ done +client:desk {2}laptop lost/);
    expect(stdout).toMatch(/user:\S+ +ringmain\.resume +✓ done +client:desk {2}found again/);
    expect(stdout).toMatch(/client:desk +crm\.list_owners +✗ denied +PAUSED: client:desk is paused\./);
    expect(await ringmain("audit", "verify")).toMatchObject({ code: 0 });
  });
});
