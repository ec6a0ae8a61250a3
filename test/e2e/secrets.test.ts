import { readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addClient, answerOf, crmEntry } from "../helpers/client-server.ts";
import { officialClients } from "../helpers/mcp-clients.ts";
import { describeBuilt, runCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const canary = "canary-4f1d0c77";

/** The files below a folder whose bytes hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => readFileSync(path).includes(text));
}

const temporaryNames = () => new Set(readdirSync(tmpdir()));

describeBuilt("a secret of the environment", () => {
  let workspace: TestWorkspace;
  let credential: string;
  const told: string[] = [];

  beforeAll(async () => {
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*"] } },
      clients: { desk: { tools: ["crm.*"] } },
      agents: { reader: { tools: ["crm.list_owners"] } },
      workflows: { look: "name: Look\nagent: reader\nsteps:\n  - id: owners\n    call: crm.list_owners\n" },
    });
    credential = await addClient(workspace, "desk");
  });
  afterAll(() => workspace.remove());

  it("stands in no output, log, entry, write-ahead log or temporary file", async () => {
    const before = temporaryNames();
    const env = { MAIL_PASSWORD: canary, ANTHROPIC_API_KEY: canary, RINGMAIN_TOKEN: `rmc_${canary}` };
    for (const args of [
      ["run", "look"],
      ["call", "crm.get_record", "-a", "id=no_such_record"],
      ["doctor"],
      ["no-such-command"],
    ]) {
      const { stdout, stderr } = await runCli([...args, "-v", "-w", workspace.dir], { env });
      told.push(stdout, stderr);
    }
    expect(told.filter((text) => text.includes(canary))).toEqual([]);
    expect(filesWith(workspace.dir, canary)).toEqual([]);
    const fresh = [...temporaryNames()].filter((name) => !before.has(name) && name.startsWith("ringmain"));
    expect(fresh.flatMap((name) => filesWith(join(tmpdir(), name), canary))).toEqual([]);
  });

  it("neither does the credential of a client, right or wrong", async () => {
    const wrong = `${credential.slice(0, -8)}AAAAAAAA`;
    for (const RINGMAIN_TOKEN of [credential, wrong]) {
      const open = officialClients["@modelcontextprotocol/client 2.x"];
      const client = await open(crmEntry(workspace, { RINGMAIN_TOKEN }));
      told.push(answerOf(await client.callTool("list_owners")));
      await client.close();
    }
    expect(told.at(-2)).toBe("ok");
    expect(told.at(-1)).toMatch(/^POLICY_DENIED/);
    const secrets = [credential, wrong].map((text) => text.split("_").slice(2).join("_"));
    for (const secret of secrets) {
      expect(told.filter((text) => text.includes(secret))).toEqual([]);
      expect(filesWith(workspace.dir, secret)).toEqual([]);
    }
    const trail = await workspace.ringmain("audit", "export", "--payloads");
    expect(trail.stdout).toContain("crm.list_owners");
    for (const secret of [canary, ...secrets]) expect(trail.stdout).not.toContain(secret);
  });
});
