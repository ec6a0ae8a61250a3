import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type McpClient, officialClients, type ServerEntry } from "../helpers/mcp-clients.ts";
import { describeBuilt, expectNoProcesses, runCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const draft2020 = "https://json-schema.org/draft/2020-12/schema";
const grants = ["crm.*", "accounting.*", "inventory.*", "crm.create_lead"];

/** Tools that only read, and that tell something without being told anything. */
const readsWithoutArguments = {
  crm: ["pipeline_report", "list_owners", "list_due_followups"],
  accounting: ["list_invoices", "search_customers", "aged_receivables", "list_accounts", "list_outbox"],
  inventory: ["search_items", "low_stock", "list_locations", "search_suppliers", "list_purchase_orders"],
};

const clients = { "claude-desktop": { tools: grants } };

const connect = (workspace: TestWorkspace, config: string, ...more: string[]) =>
  runCli(["connect", "claude-desktop", "--config", config, "--workspace", workspace.dir, ...more]);

/** The entries that stand in a client's configuration, by server. */
function entriesIn(config: string): Record<string, ServerEntry> {
  return JSON.parse(readFileSync(config, "utf8")).mcpServers;
}

function entryOf(config: string, server: string): ServerEntry {
  const entry = entriesIn(config)[`ringmain-${server}`];
  if (entry === undefined) throw new Error(`${config} has no entry for ${server}`);
  return entry;
}

function tokenOf({ env }: ServerEntry): string {
  return env.RINGMAIN_TOKEN ?? "";
}

const liveCredentials = (workspace: TestWorkspace) =>
  workspace.query("SELECT id FROM identity_credential WHERE revoked_at IS NULL");

describeBuilt("ringmain connect: the configuration", () => {
  let workspace: TestWorkspace;

  beforeAll(async () => {
    workspace = await makeWorkspace({ clients });
  });
  afterAll(() => workspace.remove());

  it("makes a missing file, and its folder, readable by its owner only", async () => {
    const config = join(workspace.dir, "missing/folder/claude.json");
    const { code, stdout, stderr } = await connect(workspace, config, "--yes");
    expect(code).toBe(0);
    expect(stdout).toContain("claude-desktop is connected as client:claude-desktop");
    expect(stdout).toContain(grants.join(", "));
    expect(Object.keys(entriesIn(config))).toEqual([
      "ringmain-crm",
      "ringmain-accounting",
      "ringmain-inventory",
    ]);
    for (const { command, args, env } of Object.values(entriesIn(config))) {
      expect([command, ...args, env.RINGMAIN_WORKSPACE].every((path) => isAbsolute(path ?? ""))).toBe(true);
      expect(env.RINGMAIN_TOKEN).toMatch(/^rmc_[0-9a-f]{12}_[\w-]{43}$/);
    }
    if (process.platform !== "win32") expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(config))).toEqual(["claude.json"]);
    for (const entry of Object.values(entriesIn(config))) {
      expect(stdout + stderr).not.toContain(tokenOf(entry));
    }
  });

  it("keeps everything else that stands in an existing file, and a copy of it", async () => {
    const config = join(workspace.dir, "existing.json");
    const other = { command: "/usr/bin/other", args: ["--flag"], env: { KEY: "value" } };
    const before = {
      theme: "dark",
      mcpServers: { other },
      globalShortcut: "Ctrl+Space",
      nested: { deep: [1] },
    };
    const text = JSON.stringify(before, null, 4);
    writeFileSync(config, text);
    const { code, stderr } = await connect(workspace, config, "--yes");
    expect(code).toBe(0);
    const after = JSON.parse(readFileSync(config, "utf8"));
    expect(after).toMatchObject({ ...before, mcpServers: { other } });
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(Object.keys(after.mcpServers)).toHaveLength(4);
    const copy = /The file as it was: (.*)/.exec(stderr)?.[1] ?? "";
    expect(readFileSync(copy, "utf8")).toBe(text);
  });

  it("shows what it changes, with every credential masked, old and new", async () => {
    const config = join(workspace.dir, "masked.json");
    await connect(workspace, config, "--yes");
    const old = tokenOf(entryOf(config, "crm"));
    const { stdout, stderr } = await connect(workspace, config, "--yes");
    const fresh = tokenOf(entryOf(config, "crm"));
    expect(stderr).toContain(config);
    expect(stderr).toMatch(/^- +"RINGMAIN_TOKEN": "rmc_[0-9a-f]{12}_…"$/m);
    expect(stderr).toMatch(/^\+ +"RINGMAIN_TOKEN": "\(a new credential\)"$/m);
    expect(fresh).not.toBe(old);
    for (const secret of [old, fresh]) expect(stdout + stderr).not.toContain(secret.slice(17));
  });

  it.each([
    ["broken JSON", '{"mcpServers": {'],
    ["another shape", '{"mcpServers": []}'],
    ["a list", "[1]"],
  ])("refuses a file with %s, and leaves it as it is", async (_what, text) => {
    const config = join(workspace.dir, "broken.json");
    writeFileSync(config, text);
    const before = liveCredentials(workspace);
    const { code, stderr } = await connect(workspace, config, "--yes");
    expect(code).toBe(2);
    expect(stderr).toContain(config);
    expect(stderr).toContain("Mend or move the file first; it was not changed.");
    expect(readFileSync(config, "utf8")).toBe(text);
    expect(liveCredentials(workspace)).toEqual(before);
    expect(readdirSync(workspace.dir).filter((name) => name.startsWith("broken.json."))).toEqual([]);
  });

  it.each([[[]], [["--no-input"]], [["--json"]]])(
    "issues nothing when nobody can be asked (%j)",
    async (options) => {
      const config = join(workspace.dir, "unasked.json");
      const before = liveCredentials(workspace);
      const { code, stdout, stderr } = await connect(workspace, config, ...options);
      expect(code).toBe(2);
      expect(stdout + stderr).toContain("Nobody can be asked");
      expect(stdout + stderr).toContain("Nothing was changed. Say --yes, or use a terminal.");
      expect(existsSync(config)).toBe(false);
      expect(liveCredentials(workspace)).toEqual(before);
    },
  );

  it("tells a program what it did, without the secret", async () => {
    const config = join(workspace.dir, "json.json");
    const { code, stdout, stderr } = await connect(workspace, config, "--yes", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      client: "claude-desktop",
      config,
      servers: ["ringmain-crm", "ringmain-accounting", "ringmain-inventory"],
    });
    expect(stdout).not.toContain(tokenOf(entryOf(config, "crm")));
  });

  it("names the client that was meant, and the key that is missing", async () => {
    const misspelt = await runCli(["connect", "claude-deskto", "--yes", "--workspace", workspace.dir]);
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toContain('Did you mean "claude-desktop"?');

    const bare = await makeWorkspace();
    const ungranted = await connect(bare, join(bare.dir, "c.json"), "--yes");
    expect(ungranted.code).toBe(2);
    expect(ungranted.stderr).toContain("clients: { claude-desktop: { tools: [crm.*] } }");
    expect(existsSync(join(bare.dir, "c.json"))).toBe(false);
    bare.remove();
  });

  it("issues nothing when the file cannot be written", async () => {
    const config = join(workspace.dir, "a-file/claude.json");
    writeFileSync(dirname(config), "no folder");
    const before = liveCredentials(workspace);
    const { code, stderr } = await connect(workspace, config, "--yes");
    expect(code).toBe(2);
    expect(stderr).toContain(config);
    expect(liveCredentials(workspace)).toEqual(before);
  });
});

let filled: Promise<TestWorkspace> | undefined;
/** A copy of the sample company, which is filled once. */
async function fillWorkspace(): Promise<TestWorkspace> {
  filled ??= makeWorkspace({ sample: true, clients });
  return (await filled).copy();
}
afterAll(async () => (await filled)?.remove());

describeBuilt.each(Object.entries(officialClients))(
  "with the entry that connect wrote, %s",
  (_line, open) => {
    let workspace: TestWorkspace;
    let config: string;

    const using = async <T>(entry: ServerEntry, use: (client: McpClient) => Promise<T>): Promise<T> => {
      const client = await open(entry);
      try {
        return await use(client);
      } finally {
        await client.close();
      }
    };

    beforeAll(async () => {
      workspace = await fillWorkspace();
      mkdirSync(join(workspace.dir, "client"));
      config = join(workspace.dir, "client/claude_desktop_config.json");
      expect(await connect(workspace, config, "--yes")).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await expectNoProcesses(workspace.dir);
      workspace.remove();
    });

    it.each(Object.entries(readsWithoutArguments))("lists and calls what it may of %s", (server, reads) =>
      using(entryOf(config, server), async (client) => {
        const tools = new Map((await client.listTools()).map((tool) => [tool.name, tool]));
        expect(tools.size).toBeGreaterThanOrEqual(5);
        for (const [name, { annotations, inputSchema, outputSchema }] of tools) {
          expect(inputSchema, name).toMatchObject({ $schema: draft2020, type: "object" });
          expect(outputSchema, name).toMatchObject({ $schema: draft2020, type: "object" });
          expect(annotations, name).toMatchObject({
            title: expect.any(String),
            readOnlyHint: name !== "create_lead",
            destructiveHint: false,
            openWorldHint: false,
          });
        }
        expect(tools.has("create_lead")).toBe(server === "crm");
        expect(tools.has("refund_payment")).toBe(false);

        const ajv = new Ajv2020({ strict: false, validateFormats: false });
        for (const name of reads) {
          const { isError, structuredContent, content } = await client.callTool(name);
          expect(isError ?? false, JSON.stringify(content)).toBe(false);
          ajv.validate(tools.get(name)?.outputSchema ?? false, structuredContent);
          expect(ajv.errors ?? [], name).toEqual([]);
          expect(JSON.parse(textOf(content))).toEqual(structuredContent);
        }
        const called = workspace.query(
          `SELECT DISTINCT tool FROM audit_entry WHERE principal = 'client:claude-desktop' AND outcome = 'done'
         AND body ->> '$.server' = ?`,
          server,
        );
        expect(called.map(({ tool }) => tool).sort()).toEqual(
          reads.map((name) => `${server}.${name}`).sort(),
        );
      }),
    );

    it("writes with the one writing tool that it was granted", () =>
      using(entryOf(config, "crm"), async (client) => {
        const created = await client.callTool("create_lead", {
          company_name: "Nordwind Yachts",
          contact_name: "Ada Nord",
        });
        expect(created.isError ?? false).toBe(false);
        const [entry] = workspace.query("SELECT * FROM audit_entry ORDER BY seq DESC LIMIT 1");
        expect(entry).toMatchObject({
          principal: "client:claude-desktop",
          tool: "crm.create_lead",
          outcome: "done",
        });
        expect(JSON.parse(String(entry?.body))).toMatchObject({
          verified_by: "credential",
          client: expect.stringMatching(/^client-(one|two)\//),
        });
        const companies = workspace.query("SELECT id FROM crm_company WHERE name = 'Nordwind Yachts'");
        expect(companies).toHaveLength(1);
      }));

    it("is refused what nothing grants it, and the refusal is recorded", () =>
      using(entryOf(config, "accounting"), async (client) => {
        const [payment] = workspace.query(
          "SELECT id, amount_minor, currency FROM accounting_payment LIMIT 1",
        );
        const refused = await client.callTool("refund_payment", {
          payment_id: payment?.id,
          amount: { minor: 100, currency: payment?.currency },
          reason: "because",
        });
        expect(refused.isError).toBe(true);
        expect(textOf(refused.content)).toContain(
          "POLICY_DENIED: client:claude-desktop has no grant for accounting.refund_payment",
        );
        expect(workspace.query("SELECT * FROM audit_entry ORDER BY seq DESC LIMIT 1")[0]).toMatchObject({
          principal: "client:claude-desktop",
          tool: "accounting.refund_payment",
          outcome: "denied",
        });
        expect(workspace.query("SELECT id FROM accounting_refund WHERE reason = 'because'")).toEqual([]);
      }));

    it("sees and may do nothing without its credential", async () => {
      const { command, args, env } = entryOf(config, "crm");
      const { RINGMAIN_TOKEN: _credential, ...rest } = env;
      await using({ command, args, env: rest }, async (client) => {
        expect(await client.listTools()).toEqual([]);
        const refused = await client.callTool("list_owners");
        expect(refused.isError).toBe(true);
        expect(textOf(refused.content)).toContain("POLICY_DENIED");
        expect(workspace.query("SELECT * FROM audit_entry ORDER BY seq DESC LIMIT 1")[0]).toMatchObject({
          principal: "client:anonymous",
          tool: "crm.list_owners",
          outcome: "denied",
        });
      });
    });

    it("sees and may do nothing with a credential that somebody made up", async () => {
      const entry = entryOf(config, "crm");
      const env = { ...entry.env, RINGMAIN_TOKEN: `rmc_000000000000_${"A".repeat(43)}` };
      await using({ ...entry, env }, async (client) => {
        expect(await client.listTools()).toEqual([]);
        const refused = await client.callTool("list_owners");
        expect(refused.isError).toBe(true);
        expect(textOf(refused.content)).toContain("is not one of this workspace");
      });
    });

    it("is refused at once, in a server that runs already, when it was connected anew", () =>
      using(entryOf(config, "crm"), async (client) => {
        expect((await client.callTool("list_owners")).isError ?? false).toBe(false);
        expect(await connect(workspace, config, "--yes")).toMatchObject({ code: 0 });
        const refused = await client.callTool("list_owners");
        expect(refused.isError).toBe(true);
        expect(textOf(refused.content)).toMatch(
          /The credential in RINGMAIN_TOKEN \(.* of client:claude-desktop\) was revoked\./,
        );
        expect(await client.listTools()).toEqual([]);
        expect(liveCredentials(workspace)).toHaveLength(1);
        await using(entryOf(config, "crm"), async (renewed) => {
          expect((await renewed.callTool("list_owners")).isError ?? false).toBe(false);
        });
      }));

    it("leaves a trail that names it and verifies", async () => {
      const tail = await workspace.ringmain("audit", "tail", "--principal", "client:claude-desktop");
      expect(tail.stdout).toMatch(/client:claude-desktop +crm\.create_lead +✓ done/);
      expect(tail.stdout).toMatch(/client:claude-desktop +accounting\.refund_payment +✗ denied/);
      expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
    });
  },
);

/** The text of a result. */
function textOf(content: unknown): string {
  const [first]: { text?: string }[] = Array.isArray(content) ? content : [];
  return first?.text ?? "";
}
