import { readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  addClient,
  answerOf,
  callOnAndOn,
  crmEntry,
  newestEntries,
  openCrm,
} from "../helpers/client-server.ts";
import { type McpClient, officialClients } from "../helpers/mcp-clients.ts";
import { describeBuilt, expectNoProcesses, runCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const me = `user:${userInfo().username}`;
const day = 86_400_000;

const idOf = (credential: string) => credential.slice("rmc_".length, "rmc_".length + 12);

describeBuilt("ringmain clients", () => {
  let workspace: TestWorkspace;
  const opened: McpClient[] = [];

  const ringmain = (...args: string[]) => workspace.ringmain(...args);
  const open = async (credential: string) => {
    const client = await openCrm(workspace, credential);
    opened.push(client);
    return client;
  };
  const ask = async (client: McpClient) => answerOf(await client.callTool("list_owners"));
  const listed = async () => {
    const { clients } = JSON.parse((await ringmain("clients", "ls", "--json")).stdout);
    return new Map<string, Record<string, unknown>[]>(
      clients.map(({ client, credentials }: { client: string; credentials: Record<string, unknown>[] }) => [
        client,
        credentials,
      ]),
    );
  };
  const refusalBy = (reason: unknown) => ({
    kind: "call",
    principal: "client:anonymous",
    verified_by: "none",
    tool: "crm.list_owners",
    outcome: "denied",
    error: "POLICY_DENIED",
    reason,
  });

  beforeAll(async () => {
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*"], members: ["*"] } },
      clients: { desk: { tools: ["crm.*"] }, reporting: { tools: ["crm.*"] } },
    });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close()));
  });
  afterAll(async () => {
    await expectNoProcesses(workspace.dir);
    workspace.remove();
  });

  describe("add", () => {
    it("shows the secret once, on stdout alone, and stores a hash", async () => {
      const { code, stdout, stderr } = await ringmain("clients", "add", "desk");
      expect(code).toBe(0);
      expect(stdout).toMatch(/^rmc_[0-9a-f]{12}_[\w-]{43}\n$/);
      expect(stderr).toContain("good until it is revoked");
      expect(stderr).toContain("This is shown once");
      const credential = stdout.trim();
      const secret = credential.slice("rmc_".length + 13);
      expect(stderr).not.toContain(secret);
      expect(newestEntries(workspace, 1)).toMatchObject([
        {
          kind: "client",
          tool: "ringmain.issue_credential",
          principal: me,
          reason: "client:desk",
          changed: [["identity_credential", idOf(credential), 1]],
        },
      ]);
      expect(await ask(await open(credential))).toBe("ok");

      for (const args of [
        ["clients", "ls"],
        ["clients", "ls", "--json"],
        ["audit", "export"],
      ]) {
        const shown = await ringmain(...args);
        expect(shown).toMatchObject({ code: 0 });
        expect(shown.stdout + shown.stderr, args.join(" ")).not.toContain(secret);
      }
      const files = readdirSync(workspace.stateDir, { recursive: true, withFileTypes: true });
      for (const file of files.filter((entry) => entry.isFile())) {
        const bytes = readFileSync(join(file.parentPath, file.name));
        expect(bytes.includes(secret), file.name).toBe(false);
      }
    });

    it("makes one that expires, for a program too", async () => {
      const before = Date.now();
      const { code, stdout, stderr } = await ringmain(
        "clients",
        "add",
        "reporting",
        "--expires",
        "30d",
        "--json",
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const told = JSON.parse(stdout);
      expect(told).toEqual({
        client: "reporting",
        id: idOf(told.credential),
        credential: expect.stringMatching(/^rmc_/),
        expires_at: expect.any(String),
      });
      const lifetime = new Date(told.expires_at).getTime() - before;
      expect(lifetime).toBeGreaterThanOrEqual(30 * day);
      expect(lifetime).toBeLessThan(30 * day + 60_000);
      expect((await listed()).get("reporting")).toMatchObject([
        { id: told.id, standing: "valid", expires_at: told.expires_at, created_by: me },
      ]);
    });

    it("withdraws the one before only when that is agreed to, and says which", async () => {
      const old = (await listed()).get("reporting")?.[0]?.id;
      const unasked = await ringmain("clients", "add", "reporting");
      expect(unasked).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining("Nobody can be asked"),
      });
      expect((await listed()).get("reporting")).toMatchObject([{ id: old, standing: "valid" }]);
      const agreed = await ringmain("clients", "add", "reporting", "--yes", "--json");
      expect(JSON.parse(agreed.stdout)).toMatchObject({ withdrew: old });
      expect((await listed()).get("reporting")).toMatchObject([
        { standing: "valid" },
        { id: old, standing: "revoked", revoked_by: me },
      ]);
    });

    it.each([
      [["desks"], 'Did you mean "desk"?'],
      [["billing"], "clients: { billing: { tools: [crm.*] } }"],
      [["desk", "--expires", "soon"], "Write 12h, 30d or 52w"],
      [["desk", "--expires", "0d"], "Write 12h, 30d or 52w"],
      [["desk", "--expires", "4000d"], "at most 3650d"],
    ])("%j makes nothing and says why", async (args, told) => {
      const before = workspace.query("SELECT * FROM identity_credential");
      const { code, stdout, stderr } = await ringmain("clients", "add", ...args, "--yes");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(told);
      expect(workspace.query("SELECT * FROM identity_credential")).toEqual(before);
    });
  });

  describe("revoke", () => {
    it("refuses the very next call of every process that holds the credential", async () => {
      const credential = await addClient(workspace, "desk", "--yes");
      const [first, second] = [await open(credential), await open(credential)];
      expect([await ask(first), await ask(second)]).toEqual(["ok", "ok"]);
      const revoked = await ringmain("clients", "revoke", "desk", "--reason", "laptop lost");
      expect(revoked).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`${idOf(credential)} is revoked`),
      });
      const why = `The credential in RINGMAIN_TOKEN (${idOf(credential)} of client:desk) was revoked.`;
      const told = expect.stringContaining(`POLICY_DENIED: ${why}`);
      expect([await ask(first), await ask(second)]).toEqual([told, told]);
      expect(await first.listTools()).toEqual([]);
      expect(newestEntries(workspace, 3)).toMatchObject([
        {
          kind: "client",
          tool: "ringmain.revoke_credential",
          principal: me,
          reason: "client:desk: laptop lost",
          changed: [["identity_credential", idOf(credential), 2]],
        },
        refusalBy(why),
        refusalBy(why),
      ]);
      // a new process fares no better, a new credential does
      expect(await ask(await open(credential))).toEqual(told);
      expect(await ask(await open(await addClient(workspace, "desk")))).toBe("ok");
    });

    it("leaves no call done after it in the trail, of processes that call on and on", async () => {
      const credential = await addClient(workspace, "desk", "--yes");
      const callers = [callOnAndOn(await open(credential)), callOnAndOn(await open(credential))];
      await Promise.all(callers.map(({ answered }) => answered));
      expect(await ringmain("clients", "revoke", "desk")).toMatchObject({ code: 0 });
      await Promise.all(callers.map(({ refused }) => refused));
      const told = await Promise.all(callers.map((caller) => caller.stop()));
      for (const each of told) expect(each[0]).toBe("ok");
      const after = workspace.query(
        `SELECT DISTINCT outcome FROM audit_entry WHERE tool = 'crm.list_owners'
         AND seq > (SELECT max(seq) FROM audit_entry WHERE tool = 'ringmain.revoke_credential')`,
      );
      expect(after).toEqual([{ outcome: "denied" }]);
    });

    it("by an id withdraws that one and no newer one; twice is harmless", async () => {
      const old = await addClient(workspace, "desk", "--yes");
      const fresh = await addClient(workspace, "desk", "--yes");
      const nothing = await ringmain("clients", "revoke", idOf(old), "--json");
      expect(JSON.parse(nothing.stdout)).toEqual({ client: "desk", revoked: [] });
      expect(await ask(await open(fresh))).toBe("ok");
      const shown = await ringmain("clients", "revoke", `rmc_${idOf(fresh)}_…`, "--json");
      expect(JSON.parse(shown.stdout)).toEqual({ client: "desk", revoked: [idOf(fresh)] });
      expect(await ringmain("clients", "revoke", "client:desk")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("Nothing is left to revoke"),
      });
    });

    it("of an unknown client changes nothing, and repeats no secret", async () => {
      const unknown = await ringmain("clients", "revoke", "dosk");
      expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "desk"?') });
      const foreign = await ringmain("clients", "revoke", `rmc_000000000000_${"A".repeat(43)}`);
      expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining("rmc_000000000000_…") });
      expect(foreign.stderr).not.toContain("AAA");
    });
  });

  it("ls tells who made each credential, how it stands and when it was last used", async () => {
    const credential = await addClient(workspace, "desk", "--yes", "--expires", "30d");
    expect((await listed()).get("desk")?.[0]).toMatchObject({ standing: "valid", created_by: me });
    expect((await listed()).get("desk")?.[0]).not.toHaveProperty("last_used_at");
    await ask(await open(credential));
    const [call] = newestEntries(workspace, 1);
    expect((await listed()).get("desk")?.[0]).toMatchObject({
      id: idOf(credential),
      last_used_at: call?.time,
    });
    const { stdout } = await ringmain("clients");
    expect(stdout).toMatch(
      new RegExp(
        `^desk\\n {2}${idOf(credential)} {2}valid {4}made .* UTC by ${me}\\n +expires .* UTC · last used .* UTC\\n`,
      ),
    );
    await ringmain("pause", "client:desk");
    expect((await ringmain("clients", "ls")).stdout).toMatch(/^desk {2}paused\n/);
    await ringmain("resume", "client:desk");
  });

  it("an expired credential is refused in a process that runs, and the refusal is recorded", async () => {
    const credential = await addClient(workspace, "desk", "--yes", "--expires", "1h");
    const client = await open(credential);
    expect(await ask(client)).toBe("ok");
    const database = new DatabaseSync(workspace.databasePath);
    database
      .prepare("UPDATE identity_credential SET expires_at = ? WHERE id = ?")
      .run(new Date(Date.now() - 1).toISOString(), idOf(credential));
    database.close();
    const why = `The credential in RINGMAIN_TOKEN (${idOf(credential)} of client:desk) has expired.`;
    expect(await ask(client)).toContain(`POLICY_DENIED: ${why}`);
    expect(newestEntries(workspace, 1)).toMatchObject([refusalBy(why)]);
    expect((await listed()).get("desk")?.[0]).toMatchObject({ standing: "expired" });
    // what has expired is replaced without a question
    expect(await ask(await open(await addClient(workspace, "desk")))).toBe("ok");
  });

  it("a forged secret with the right id is refused and recorded, as nobody's", async () => {
    const credential = await addClient(workspace, "desk", "--yes");
    const head = credential.slice(0, "rmc_".length + 13);
    const secret = credential.slice(head.length);
    const flipped = (secret.startsWith("A") ? "B" : "A") + secret.slice(1);
    for (const forged of [head + flipped, head + "A".repeat(43), head + secret.toUpperCase()]) {
      const client = await open(forged);
      expect(await ask(client)).toContain("is not one of this workspace");
      expect(await client.listTools()).toEqual([]);
      expect(newestEntries(workspace, 1)).toMatchObject([
        refusalBy("The credential in RINGMAIN_TOKEN is not one of this workspace."),
      ]);
    }
    expect(await ask(await open(credential))).toBe("ok");
  });

  it("a principal or a role that is only named grants nothing", async () => {
    const names = ["PRINCIPAL", "CLIENT", "CLIENT_ID", "AGENT", "USER", "ROLE", "ROLES", "IDENTITY", "AS"];
    const claims = ["client:desk", me, "owner", "desk"];
    for (const claim of claims) {
      const env = Object.fromEntries(names.map((name) => [`RINGMAIN_${name}`, claim]));
      const entry = crmEntry(workspace, { ...env, USER: claim, LOGNAME: claim });
      const withArguments = { ...entry, args: [...entry.args, `--principal=${claim}`, "--client", claim] };
      const client = await officialClients["@modelcontextprotocol/client 2.x"](withArguments);
      opened.push(client);
      expect(await client.listTools()).toEqual([]);
      expect(await ask(client)).toContain("POLICY_DENIED: client:anonymous has no grant for crm.list_owners");
      expect(newestEntries(workspace, 1)).toMatchObject([
        refusalBy(expect.stringContaining("no credential")),
      ]);
      // nor does the token variable, with a name for a token
      expect(await ask(await open(claim))).toContain("is not one of this workspace");
    }
    const argument = await runCli(["mcp", "crm", "--principal", "client:desk", "--workspace", workspace.dir]);
    expect(argument).toMatchObject({ code: 2, stderr: expect.stringContaining("--principal") });
  });

  it("all of it stands in the trail, which verifies", async () => {
    const { stdout } = await ringmain("audit", "tail", "-n", "100000");
    expect(stdout).toMatch(/user:\S+ +ringmain\.issue_credential +✓ done +[0-9a-f]{12} {2}client:desk/);
    expect(stdout).toMatch(
      /user:\S+ +ringmain\.revoke_credential +✓ done +[0-9a-f]{12} {2}client:desk: laptop lost/,
    );
    for (const why of [
      "was revoked",
      "has expired",
      "is not one of this workspace",
      "brought no credential",
    ]) {
      expect(stdout).toMatch(
        new RegExp(`client:anonymous +crm\\.list_owners +✗ denied +POLICY_DENIED: .*${why}`),
      );
    }
    expect(await ringmain("audit", "verify")).toMatchObject({ code: 0 });
  });
});
