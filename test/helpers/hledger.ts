import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { z } from "zod";
import { addClient, openServer } from "./client-server.ts";
import type { TestWorkspace } from "./workspace.ts";

const run = promisify(execFile);

/** Whether hledger is there to be asked. */
export const hasHledger: boolean = await run("hledger", ["--version"]).then(
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

/** What `hledgerBalances` gives, from the postings; an exchange difference counts in the base currency. */
export function ownBalances(workspace: TestWorkspace, inBase: boolean): Record<string, number> {
  const currency = inBase ? "base_currency" : "iif(amount_minor = 0, base_currency, currency)";
  const minor = inBase ? "base_minor" : "iif(amount_minor = 0, base_minor, amount_minor)";
  const rows = workspace.query(`SELECT account_id || ' ' || ${currency} AS account, sum(${minor}) AS minor
    FROM accounting_posting, accounting_setting GROUP BY 1 HAVING sum(${minor}) <> 0`);
  return Object.fromEntries(rows.map((row) => [String(row.account), Number(row.minor)]));
}

/**
 * Exports the general ledger of a workspace, as the client `auditor`, and expects hledger to find it sound and to come
 * to the same balances.
 */
export async function expectHledgerAgrees(workspace: TestWorkspace): Promise<void> {
  const file = await exportJournal(workspace);
  const entries = Number(workspace.query("SELECT count(*) AS n FROM accounting_entry")[0]?.n);
  const { stdout } = await run("hledger", ["-f", file, "stats"]);
  expect(Number(/^Transactions\s*:\s*(\d+)/m.exec(stdout)?.[1])).toBe(entries);
  await checkJournal(file);
  expect(await hledgerBalances(file)).toEqual(ownBalances(workspace, false));
  expect(await hledgerBalances(file, "-B")).toEqual(ownBalances(workspace, true));
}

/** Rejects with hledger's words when it finds a fault. */
export async function checkJournal(file: string): Promise<void> {
  await run("hledger", ["-f", file, "check", "--strict", "ordereddates"]);
}
