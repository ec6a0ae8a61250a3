import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { addClient, openServer } from "../helpers/client-server.ts";
import { builtCli, makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const data = join(root, "../shared/data/northwind");
const isCI = process.env.CI === "true";
const hasHledger = await run("hledger", ["--version"]).then(
  () => true,
  () => false,
);

const page = z.object({ journal: z.string(), next_cursor: z.string().optional() });

/** `hledger bal -O json`: rows of [full name, short name, depth, amounts], then the totals. */
const balanceReport = z.tuple([
  z.array(
    z.tuple([
      z.string(),
      z.string(),
      z.number(),
      z.array(
        z.object({
          acommodity: z.string(),
          aquantity: z.object({ decimalMantissa: z.number(), decimalPlaces: z.number() }),
        }),
      ),
    ]),
  ),
  z.unknown(),
]);

/** Decimals of the currencies of this test (ISO 4217). */
const decimals: Readonly<Record<string, number>> = { EUR: 2, GBP: 2, USD: 2, JPY: 0 };

/** The whole general ledger as one journal, page after page, written into a file of the workspace. */
async function exportJournal(workspace: TestWorkspace): Promise<string> {
  const client = await openServer("accounting", workspace, await addClient(workspace, "auditor", "--yes"));
  let journal = "";
  let cursor: string | undefined;
  do {
    const paging = { limit: 100, ...(cursor !== undefined && { cursor }) };
    const input = { report: "general_ledger", format: "hledger", ...paging };
    const { structuredContent } = await client.callTool("report", input);
    const read = page.parse(structuredContent);
    journal += read.journal;
    cursor = read.next_cursor;
  } while (cursor !== undefined);
  await client.close();
  const file = join(workspace.dir, "ledger.journal");
  writeFileSync(file, journal);
  return file;
}

/** What hledger says stands in which account, in minor units: "1100 EUR" → 1250. Zero balances are left out. */
async function hledgerBalances(file: string, ...options: string[]): Promise<Record<string, number>> {
  const { stdout } = await run("hledger", ["-f", file, "bal", "--flat", "-O", "json", ...options]);
  const [rows] = balanceReport.parse(JSON.parse(stdout));
  const balances: Record<string, number> = {};
  for (const [name, , , amounts] of rows) {
    const code = /^\w+:(\S+) /.exec(name)?.[1];
    for (const { acommodity: currency, aquantity } of amounts) {
      const { decimalMantissa, decimalPlaces } = aquantity;
      const minor = decimalMantissa * 10 ** ((decimals[currency] ?? Number.NaN) - decimalPlaces);
      if (minor !== 0) balances[`${code} ${currency}`] = minor;
    }
  }
  return balances;
}

/** The same from the postings; an exchange difference counts in the base currency. */
function ownBalances(workspace: TestWorkspace, inBase: boolean): Record<string, number> {
  const currency = inBase ? "base_currency" : "iif(amount_minor = 0, base_currency, currency)";
  const minor = inBase ? "base_minor" : "iif(amount_minor = 0, base_minor, amount_minor)";
  const rows = workspace.query(`SELECT account_id || ' ' || ${currency} AS account, sum(${minor}) AS minor
    FROM accounting_posting, accounting_setting GROUP BY 1 HAVING sum(${minor}) <> 0`);
  return Object.fromEntries(rows.map((row) => [String(row.account), Number(row.minor)]));
}

async function expectHledgerAgrees(workspace: TestWorkspace): Promise<void> {
  const file = await exportJournal(workspace);
  const entries = Number(workspace.query("SELECT count(*) AS n FROM accounting_entry")[0]?.n);
  const { stdout } = await run("hledger", ["-f", file, "stats"]);
  expect(Number(/^Transactions\s*:\s*(\d+)/m.exec(stdout)?.[1])).toBe(entries);
  // it says nothing when all is well, and fails otherwise
  await run("hledger", ["-f", file, "check", "--strict", "ordereddates"]);
  expect(await hledgerBalances(file)).toEqual(ownBalances(workspace, false));
  expect(await hledgerBalances(file, "-B")).toEqual(ownBalances(workspace, true));
}

const missing = [...(hasHledger ? [] : ["hledger"]), ...(existsSync(builtCli) ? [] : ["the built program"])];
const why = (reasons: readonly string[]) =>
  reasons.length > 0 && !isCI ? ` (skipped: there is no ${reasons.join(", no ")})` : "";
const reads = ["accounting.*"];
const clients = { auditor: { tools: reads } };

describe.skipIf(why(missing) !== "")(`hledger agrees with the ledger${why(missing)}`, () => {
  // in CI nothing is skipped: whatever is missing fails here
  beforeAll(() => expect(missing).toEqual([]));

  describe("of the sample company", () => {
    let workspace: TestWorkspace;
    const write = async (tool: string, input: Record<string, unknown>) => {
      const { code, stdout, stderr } = await workspace.ringmain(
        "call",
        `accounting.${tool}`,
        "--args",
        JSON.stringify(input),
        "--json",
      );
      expect({ tool, code, stderr }).toEqual({ tool, code: 0, stderr: "" });
      return z.object({ result: z.looseObject({}) }).parse(JSON.parse(stdout)).result;
    };

    beforeAll(async () => {
      const writes = ["create_credit_note", "write_off", "reverse_entry", "post_journal", "refund_payment"];
      workspace = await makeWorkspace({
        sample: true,
        clients,
        roles: { owner: { tools: [...reads, ...writes.map((name) => `accounting.${name}`)] } },
      });
    });
    afterAll(() => workspace?.remove());

    it("as it is seeded", async () => {
      await expectHledgerAgrees(workspace);
      expect(ownBalances(workspace, false)).toHaveProperty(["1100 GBP"]);
      expect(ownBalances(workspace, true)).toHaveProperty(["4900 EUR"]);
    });

    it("after corrections, in a third currency too, and with hostile texts", async () => {
      const [paid] = workspace.query(
        "SELECT id FROM accounting_invoice WHERE state = 'paid' AND currency = 'GBP' LIMIT 1",
      );
      await write("create_credit_note", { invoice_id: paid?.id, reason: "Damaged" });
      const [open] = workspace.query(
        "SELECT id FROM accounting_invoice WHERE state = 'open' AND currency = 'GBP' LIMIT 1",
      );
      const off = await write("write_off", { invoice_id: open?.id, reason: "Insolvent" });
      await write("reverse_entry", { entry_id: off.entry_id, reason: "; pays | after:  all" });
      const [payment] = workspace.query(
        "SELECT id, amount_minor - refunded_minor AS minor FROM accounting_payment WHERE currency = 'GBP' LIMIT 1",
      );
      const half = { minor: Math.ceil(Number(payment?.minor) / 2), currency: "GBP" };
      await write("refund_payment", {
        payment_id: payment?.id,
        amount: half,
        reason: "x",
        exchange_rate: "1.2",
      });
      await write("post_journal", {
        entry_on: "2026-01-05",
        memo: "(*) ; a comment? | a note: no @@ EUR 5",
        lines: [
          { account_id: "5000", debit: { minor: 1, currency: "JPY" } },
          { account_id: "5000", debit: { minor: 10_000, currency: "JPY" } },
          { account_id: "1000", credit: { minor: 10_001, currency: "JPY" } },
        ],
        exchange_rates: [{ currency: "JPY", rate: "0.0001" }],
      });
      await expectHledgerAgrees(workspace);
    });
  });

  const noData = existsSync(join(data, "orders.csv")) ? [] : [data];

  describe.skipIf(why(noData) !== "")(`of the imported Northwind orders${why(noData)}`, () => {
    let workspace: TestWorkspace;

    beforeAll(async () => {
      expect(noData).toEqual([]);
      const writes = ["accounting.upsert_customer", "accounting.import_invoice"];
      workspace = await makeWorkspace({ clients, roles: { owner: { tools: [...reads, ...writes] } } });
    });
    afterAll(() => workspace?.remove());

    it("to the cent", { timeout: 120_000 }, async () => {
      for (const [csv, tool, map] of [
        ["customers.csv", "upsert_customer", "customers"],
        ["orders.csv", "import_invoice", "invoices"],
      ] as const) {
        const file = join(root, `test/fixtures/northwind/${map}.yaml`);
        const command = ["import", join(data, csv), "--call", `accounting.${tool}`, "--map", file, "--json"];
        const { code, stderr } = await workspace.ringmain(...command);
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      }
      await expectHledgerAgrees(workspace);
      expect(ownBalances(workspace, false)).toEqual({ "1100 USD": 126_579_329, "4000 USD": -126_579_329 });
    });
  });

  it("and would tell a ledger that is a cent off", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ringmain-hledger-"));
    const file = join(folder, "wrong.journal");
    const wrong = "commodity EUR 1000.00\naccount a\n\n2026-01-01 x\n    a  EUR 1.00\n    a  EUR -0.99\n";
    writeFileSync(file, wrong);
    await expect(run("hledger", ["-f", file, "check", "--strict"])).rejects.toThrow("could not balance");
    rmSync(folder, { recursive: true });
  });
});
