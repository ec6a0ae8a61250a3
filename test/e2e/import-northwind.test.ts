import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { everyRow, invoiceContent } from "../fixtures/northwind/content.ts";
import { expectHledgerAgrees, hasHledger, ownBalances } from "../helpers/hledger.ts";
import { builtCli, makeWorkspace, type TestWorkspace, untilEnd } from "../helpers/workspace.ts";
import { expectSoundBooks } from "../unit/servers/accounting/sound-books.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const data = join(root, "../shared/data/northwind");
const missing = [builtCli, join(data, "orders.csv")].filter((path) => !existsSync(path));
const isSkipped = missing.length > 0 && process.env.CI !== "true";

const imports = {
  customers: { csv: "customers.csv", tool: "accounting.upsert_customer", rows: 93 },
  suppliers: { csv: "suppliers.csv", tool: "inventory.upsert_supplier", rows: 29 },
  products: { csv: "products.csv", tool: "inventory.upsert_item", rows: 77 },
  invoices: { csv: "orders.csv", tool: "accounting.import_invoice", rows: 830 },
} as const;
const names = ["customers", "suppliers", "products", "invoices"] as const;

const report = z.object({
  rows: z.int(),
  imported: z.int(),
  unchanged: z.int(),
  refused: z.int(),
  not_reached: z.int(),
  refused_rows: z.array(z.unknown()),
  interrupted: z.boolean(),
});

function command(name: keyof typeof imports): string[] {
  const { csv, tool } = imports[name];
  const map = join(root, `test/fixtures/northwind/${name}.yaml`);
  return ["import", join(data, csv), "--call", tool, "--map", map, "--json"];
}

async function importAll(workspace: TestWorkspace, name: keyof typeof imports) {
  const { code, stdout, stderr } = await workspace.ringmain(...command(name));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return report.parse(JSON.parse(stdout));
}

describe.skipIf(isSkipped)(
  `Northwind${isSkipped ? ` (skipped: there is no ${missing.join(", ")})` : ""}`,
  () => {
    let workspace: TestWorkspace;
    /** The same before the invoices. */
    let before: TestWorkspace;

    beforeAll(async () => {
      expect(missing).toEqual([]);
      const writes = ["inventory.create_purchase_order", "inventory.send_purchase_order"];
      workspace = await makeWorkspace({
        clients: { auditor: { tools: ["accounting.*"] } },
        roles: {
          owner: { tools: ["accounting.*", "inventory.*", ...names.map((name) => imports[name].tool)] },
        },
        agents: { buyer: { tools: ["inventory.*", ...writes] } },
        workflows: {
          "reorder-low-stock": readFileSync(join(root, "workflows/reorder-low-stock.yaml"), "utf8"),
        },
      });
      expect((await workspace.ringmain("lock")).code).toBe(0);
    });

    afterAll(() => {
      workspace?.remove();
      before?.remove();
    });

    it.each(names)("%s: every row is imported", async (name) => {
      if (name === "invoices") before = workspace.copy();
      const { rows } = imports[name];
      const expected = { rows, imported: rows, unchanged: 0, refused: 0, not_reached: 0, refused_rows: [] };
      expect(await importAll(workspace, name)).toMatchObject(expected);
    });

    it("the invoices come to what independent arithmetic over the CSV gives", () => {
      const [sum] = workspace.query(
        "SELECT sum(total_minor) AS total, count(*) AS invoices, min(currency) AS currency FROM accounting_invoice",
      );
      const { exact, halfUp } = orderTotals();
      expect(exact).toBe(12_657_930_395n); // 1,265,793.0395
      expect(halfUp).toBe(126_579_329n); // 1,265,793.29, each line rounded by itself
      expect({ ...sum }).toEqual({ total: Number(halfUp), invoices: 830, currency: "USD" });
      expect(workspace.query("SELECT count(*) AS lines FROM accounting_invoice_line")[0]?.lines).toBe(2_155);
    });

    it("debits equal credits", () => {
      const sums =
        workspace.query(`SELECT sum(max(amount_minor, 0)) AS debits, -sum(min(amount_minor, 0)) AS credits
        FROM accounting_posting`);
      expect(sums.map((row) => ({ ...row }))).toEqual([{ debits: 126_579_329, credits: 126_579_329 }]);
      const database = new DatabaseSync(workspace.databasePath, { readOnly: true });
      expectSoundBooks(database);
      database.close();
    });

    it.skipIf(!hasHledger && process.env.CI !== "true")(
      `hledger comes to the same${hasHledger ? "" : " (skipped: there is no hledger)"}`,
      async () => {
        await expectHledgerAgrees(workspace);
        const balances = { "1100 USD": 126_579_329, "4000 USD": -126_579_329 };
        expect(ownBalances(workspace, false)).toEqual(balances);
      },
    );

    it("a second import changes nothing", async () => {
      const rowsBefore = everyRow(workspace.query);
      for (const name of names) {
        const { rows } = imports[name];
        const expected = { rows, imported: 0, unchanged: rows, refused: 0, not_reached: 0 };
        expect(await importAll(workspace, name)).toMatchObject(expected);
      }
      expect(everyRow(workspace.query)).toEqual(rowsBefore);
    });

    it("an import that is interrupted, then killed, ends in the same state when it is started again", {
      timeout: 180_000,
    }, async () => {
      const countInvoices = () =>
        Number(before.query("SELECT count(*) AS done FROM accounting_invoice")[0]?.done);
      const untilInvoices = async (wanted: number, child: ChildProcess) => {
        while (child.exitCode === null && countInvoices() < wanted) await sleep(15);
      };

      const interrupted = before.start(...command("invoices"));
      const told = untilEnd(interrupted);
      await untilInvoices(1 + Math.floor(Math.random() * 100), interrupted);
      interrupted.kill("SIGINT");
      const { code, stdout, stderr } = await told;
      expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
      const first = report.parse(JSON.parse(stdout));
      expect(first).toMatchObject({ interrupted: true, unchanged: 0, refused: 0, imported: countInvoices() });
      expect(first.not_reached).toBe(830 - first.imported);
      expect(first.not_reached).toBeGreaterThan(0);

      const killed = before.start(...command("invoices"));
      const gone = once(killed, "close");
      await untilInvoices(first.imported + 1 + Math.floor(Math.random() * 200), killed);
      killed.kill("SIGKILL");
      await gone;
      const done = countInvoices();
      expect(done).toBeLessThan(830);

      const last = await importAll(before, "invoices");
      expect(last).toMatchObject({ refused: 0, not_reached: 0 });
      expect(last.imported + last.unchanged).toBe(830);
      // what the dying servers still had at hand may have been done after the count
      expect(last.unchanged).toBeGreaterThanOrEqual(done);
      expect(invoiceContent(before.query)).toEqual(invoiceContent(workspace.query));
      const entries = before.query(
        "SELECT count(*) AS calls FROM audit_entry WHERE tool = 'accounting.import_invoice' AND outcome = 'done'",
      );
      expect(entries[0]?.calls).toBe(830);
      expect((await before.ringmain("audit", "verify")).code).toBe(0);
    });

    it("exactly the products 30 and 70 are low, and the workflow orders them once", async () => {
      const answer = z.object({ result: z.object({ items: z.array(z.object({ sku: z.string() })) }) });
      const low = await workspace.ringmain("call", "inventory.low_stock", "--json");
      const { items } = answer.parse(JSON.parse(low.stdout)).result;
      expect(items.map(({ sku }) => sku)).toEqual(["NW-30", "NW-70"]);

      const orderedUnits = () =>
        workspace
          .query(`SELECT i.sku, count(*) AS orders FROM inventory_purchase_order_line AS l
            JOIN inventory_item AS i ON i.id = l.item_id JOIN inventory_purchase_order AS o ON o.id = l.purchase_order_id
            WHERE o.status = 'sent' GROUP BY i.sku ORDER BY i.sku`)
          .map(({ sku, orders }) => [sku, orders] as const);
      // the openings of the import are orders too
      const opened = new Map(orderedUnits());
      for (const _run of [1, 2]) {
        const run = await workspace.ringmain("run", "reorder-low-stock", "--json");
        expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
        const more = orderedUnits().filter(([sku, orders]) => opened.get(sku) !== orders);
        expect(more.map(([sku]) => sku)).toEqual(["NW-30", "NW-70"]);
        expect(more.map(([sku, orders]) => Number(orders) - Number(opened.get(sku) ?? 0))).toEqual([1, 1]);
      }
    });
  },
);

/** The net total of all orders in units of 0.0001 exactly, and in cents with each line rounded half up. */
function orderTotals(): { exact: bigint; halfUp: bigint } {
  const [, ...rows] = readFileSync(join(data, "order_details.csv"), "utf8").trim().split(/\r?\n/);
  let exact = 0n;
  let halfUp = 0n;
  for (const row of rows) {
    const [, , price = "", quantity = "", discount = ""] = row.split(",");
    const net = hundredths(price) * BigInt(quantity) * (100n - hundredths(discount));
    exact += net;
    halfUp += (net + 50n) / 100n;
  }
  return { exact, halfUp };
}

/** "9.8" is 980. */
function hundredths(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  expect(fraction.length).toBeLessThanOrEqual(2);
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
}
