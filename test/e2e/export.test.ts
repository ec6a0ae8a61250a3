import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startInPty } from "../helpers/pty.ts";
import { describeBuilt, expectNoProcesses, startCli } from "../helpers/run-cli.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const map = `key: item/\${{ row.SKU }}
with:
  sku: \${{ row.SKU }}
  name: \${{ row.Name }}
  unit_cost: \${{ money(row.Cost, "EUR") }}
`;

/** More than two pages of the list hold. */
const rows = Array.from({ length: 230 }, (_value, index) => ({
  SKU: `ROPE-${String(index).padStart(3, "0")}`,
  Name: index === 7 ? '=HYPERLINK("https://example.com","Seil")' : `Rope ${index}, "ø ${index} mm"`,
  Cost: `${index}.05`,
}));

describeBuilt("ringmain export", () => {
  let workspace: TestWorkspace;
  const exportItems = (...args: string[]) => workspace.ringmain("export", "inventory.search_items", ...args);
  const pathOf = (file: string) => join(workspace.dir, file);
  const pagesRead = () =>
    workspace.query(
      "SELECT principal FROM audit_entry WHERE tool = 'inventory.search_items' AND outcome = 'done'",
    );

  beforeAll(async () => {
    workspace = await makeWorkspace({
      servers: { inventory: { builtin: "inventory" }, accounting: { builtin: "accounting" } },
      roles: { owner: { tools: ["inventory.*", "inventory.upsert_item"] } },
    });
    writeFileSync(pathOf("items.yaml"), map);
    const lines = rows.map(({ SKU, Name, Cost }) => `${SKU},"${Name.replaceAll('"', '""')}",${Cost}`);
    writeFileSync(pathOf("items.csv"), ["SKU,Name,Cost", ...lines, ""].join("\n"));
    const tool = "inventory.upsert_item";
    const imported = await workspace.ringmain(
      "import",
      pathOf("items.csv"),
      "--call",
      tool,
      "--map",
      pathOf("items.yaml"),
    );
    expect(imported).toMatchObject({ code: 0 });
  });
  afterAll(() => workspace.remove());

  it("writes every item of every page, each page read as the person and recorded", async () => {
    const before = pagesRead().length;
    const { code, stdout, stderr } = await exportItems("-o", pathOf("all.csv"));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(`230 items in ${pathOf("all.csv")}\n`);
    const text = readFileSync(pathOf("all.csv"), "utf8");
    expect(text).toMatch(/^id,sku,.*\r\n/);
    expect(text).toContain(",fifo,");
    const read: Record<string, string>[] = parse(text, { columns: true });
    const told = read.map((row) => [row.sku, row.name, row.unit_cost, row["unit_cost.currency"]]);
    expect(told.sort()).toEqual(
      rows.map(({ SKU, Name, Cost }) => [SKU, Name.replace(/^=/, "'="), Cost, "EUR"]),
    );
    const pages = pagesRead().slice(before);
    expect(pages).toHaveLength(3);
    for (const { principal } of pages) expect(principal).toMatch(/^user:/);
  });

  it("writes to stdout, whatever the pages' size", async () => {
    const { code, stdout, stderr } = await exportItems("-a", "limit=90", "query=rope-00");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(parse(stdout, { columns: true })).toHaveLength(10);
    const marked = await exportItems("-a", "query=rope-00", "--bom");
    expect(marked.stdout).toBe(`\uFEFF${stdout}`);
  });

  it("writes the header of an empty list", async () => {
    const { code, stdout } = await exportItems("--args", '{"query":"nothing like it"}');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^id,sku,[^\n]*\r\n$/);
  });

  it("replaces a file only with --yes", async () => {
    writeFileSync(pathOf("kept.csv"), "mine");
    const refused = await exportItems("-o", pathOf("kept.csv"));
    expect(refused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--yes") });
    expect(readFileSync(pathOf("kept.csv"), "utf8")).toBe("mine");
    const replaced = await exportItems("-o", pathOf("kept.csv"), "--yes", "--json", "-a", "query=rope-00");
    expect(replaced).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(replaced.stdout)).toEqual({ file: pathOf("kept.csv"), items: 10 });
    expect(parse(readFileSync(pathOf("kept.csv")), { columns: true })).toHaveLength(10);
  });

  it("ends with 130 when it is interrupted, and leaves no file and no process", async () => {
    const written = () => readdirSync(workspace.dir).filter((name) => name.includes("cut.csv"));
    const args = ["inventory.search_items", "-a", "limit=1", "-o", pathOf("cut.csv"), "-w", workspace.dir];
    const { child, ended } = startCli(["export", ...args]);
    await vi.waitFor(() => expect(written()).toHaveLength(1), { timeout: 20_000, interval: 5 });
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, signal: null, stdout: "" });
    expect(written()).toEqual([]);
    await expectNoProcesses(workspace.dir);
  });

  it("leaves nothing of its progress on a terminal", async () => {
    const args = [
      builtCli,
      "export",
      "inventory.search_items",
      "-o",
      pathOf("shown.csv"),
      "-w",
      workspace.dir,
    ];
    const screen = startInPty({ file: process.execPath, args, columns: 200 });
    expect(await screen.exit()).toEqual({ exitCode: 0 });
    expect(screen.text()).toContain("230 items in");
    expect(screen.text()).not.toContain("items …");
  });

  it.each<[what: string, args: string[], code: number, told: string[]]>([
    ["a tool that is no list", ["inventory.get_stock"], 2, ["is no list", "inventory.search_items"]],
    ["a tool that writes", ["inventory.upsert_item"], 2, ["is no list", "effect update"]],
    ["an unknown tool", ["inventory.search_item"], 2, ['Did you mean "inventory.search_items"?']],
    ["an unknown argument", ["inventory.search_items", "-a", "bogus=1"], 2, ["bogus", "--describe"]],
    ["what no role grants", ["accounting.list_invoices"], 3, ["POLICY_DENIED", "accounting.list_invoices"]],
    ["JSON", ["inventory.search_items", "--json"], 2, ["CSV, not JSON", "ringmain call"]],
  ])("refuses %s, with a remedy and no file", async (_what, args, expected, told) => {
    const asJson = args.includes("--json");
    const file = asJson ? [] : ["-o", pathOf("refused.csv")];
    const { code, stdout, stderr } = await workspace.ringmain("export", ...args, ...file);
    expect(code).toBe(expected);
    for (const text of told) expect(asJson ? stdout : stderr).toContain(text);
    expect(readdirSync(workspace.dir).filter((name) => name.includes("refused"))).toEqual([]);
  });
});

describeBuilt("ringmain export accounting.report", () => {
  let company: TestWorkspace;
  const exported = async (report: string): Promise<Record<string, string>[]> => {
    const ended = await company.ringmain("export", "accounting.report", "-a", `report=${report}`);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    return parse(ended.stdout, { columns: true });
  };
  /** A column in hundredths: all currencies of the sample have two decimal places. */
  const sum = (rows: readonly Record<string, string>[], column: string) =>
    rows.reduce((total, row) => total + Math.round(Number(row[column] ?? 0) * 100), 0);

  beforeAll(async () => {
    company = await makeWorkspace({ sample: true, roles: { owner: { tools: ["accounting.*"] } } });
  });
  afterAll(() => company.remove());

  it("writes the accounts of a trial balance, whose sides are equal", async () => {
    const accounts = await exported("trial_balance");
    expect(accounts[0]).toMatchObject({ account_id: "1000", name: "Bank", "debit.currency": "EUR" });
    expect(sum(accounts, "base_debit")).toBeGreaterThan(0);
    expect(sum(accounts, "base_debit")).toBe(sum(accounts, "base_credit"));
  });

  it.each([
    ["profit_and_loss", ["income", "expense"]],
    ["balance_sheet", ["asset", "liability", "equity"]],
  ])("writes the lines of %s", async (report, types) => {
    const lines = await exported(report);
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(types));
    for (const { amount } of lines) expect(amount).toMatch(/^-?\d+\.\d\d$/);
  });

  it("writes a row for each posting of the general ledger, over all pages", async () => {
    const postings = await exported("general_ledger");
    const [stored] = company.query("SELECT count(*) AS postings FROM accounting_posting");
    expect(postings).toHaveLength(Number(stored?.postings));
    expect(postings[0]).toMatchObject({ number: "1", "postings.account_id": "1000" });
    expect(sum(postings, "postings.base_debit")).toBe(sum(postings, "postings.base_credit"));
  });

  it("refuses the hledger journal, which is no table", async () => {
    const journal = ["-a", "report=general_ledger", "-a", "format=hledger"];
    expect(await company.ringmain("export", "accounting.report", ...journal)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("ringmain call accounting.report"),
    });
  });
});
