import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definition as accounting } from "../servers/accounting/definition.ts";
import { definition as inventory } from "../servers/inventory/definition.ts";
import { systemClock } from "../src/core/clock.ts";
import { newId } from "../src/core/ids.ts";
import { openSqlite } from "../src/db/sqlite.ts";
import { ensureKeys, readPrivateKey } from "../src/identity/keys.ts";
import { createSigner } from "../src/identity/tokens.ts";
import { type OpenServer, openServer } from "../src/kit/open-server.ts";
import { interleave, timeEach } from "./measure.ts";
import { compareTimes, type Result } from "./result.ts";
import { writeBooks } from "./scale/books.ts";
import { createRandom } from "./scale/random.ts";
import { writeStock } from "./scale/stock.ts";
import { temporaryFolder } from "./temporary-workspace.ts";

/** A year's business of a mid-size firm. */
const size = { customers: 10_000, invoices: 100_000, items: 20_000, movements: 1_000_000 };

interface Question {
  server: OpenServer;
  tool: string;
  arguments: Record<string, unknown>;
  /** Of the same rows, by an index. */
  floor: string;
  limitMs: number;
}

/** What the tools take that people use most, on a year's business, beside a query of the same rows by an index. */
export async function benchScale(): Promise<Result[]> {
  using folder = temporaryFolder();
  const { dir } = folder;
  const token = await makeWorkspace(dir);
  const open = { RINGMAIN_WORKSPACE: dir };
  const books = await openServer(accounting, systemClock, open);
  const stock = await openServer(inventory, systemClock, open);

  const started = performance.now();
  const database = openSqlite({ path: join(dir, ".ringmain", "ringmain.db") });
  const random = createRandom("a year");
  const end = new Date(systemClock.now().toISOString().slice(0, 10));
  database.exec("BEGIN IMMEDIATE");
  writeBooks(database, { ...size, end }, random);
  writeStock(database, { ...size, end }, random);
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  process.stderr.write(`written in ${Math.round((performance.now() - started) / 1000)} s\n`);
  const number = String(
    database.prepare("SELECT number FROM accounting_invoice ORDER BY issued_on DESC LIMIT 1").get()?.number,
  );

  const today = end.toISOString().slice(0, 10);
  const questions: Record<string, Question> = {
    "list_invoices, overdue": {
      server: books,
      tool: "list_invoices",
      arguments: { status: ["overdue"], limit: 50 },
      floor: `SELECT * FROM accounting_invoice WHERE state = 'open' AND due_on < '${today}' ORDER BY due_on, id LIMIT 51`,
      limitMs: 50,
    },
    "list_invoices, newest": {
      server: books,
      tool: "list_invoices",
      arguments: { order: "newest_first", limit: 50 },
      floor: "SELECT * FROM accounting_invoice ORDER BY issued_on DESC, id DESC LIMIT 51",
      limitMs: 50,
    },
    get_invoice: {
      server: books,
      tool: "get_invoice",
      arguments: { number },
      floor: `SELECT * FROM accounting_invoice i JOIN accounting_invoice_line l ON l.invoice_id = i.id WHERE number = '${number}'`,
      limitMs: 50,
    },
    aged_receivables: {
      server: books,
      tool: "aged_receivables",
      arguments: { limit: 50 },
      floor: `SELECT customer_id, currency, sum(balance_minor), min(due_on) FROM accounting_invoice
        WHERE state = 'open' GROUP BY customer_id, currency ORDER BY 3 DESC LIMIT 51`,
      limitMs: 300,
    },
    "report, trial_balance": {
      server: books,
      tool: "report",
      arguments: { report: "trial_balance" },
      floor:
        "SELECT account_id, currency, sum(amount_minor), sum(base_minor) FROM accounting_month_total GROUP BY 1, 2",
      limitMs: 300,
    },
    low_stock: {
      server: stock,
      tool: "low_stock",
      arguments: { limit: 50 },
      floor: `SELECT * FROM inventory_item WHERE discontinued = 0 AND supplier_id IS NOT NULL
        AND reorder_point >= on_hand - reserved + on_order ORDER BY sku LIMIT 51`,
      limitMs: 200,
    },
    valuation: {
      server: stock,
      tool: "valuation",
      arguments: {},
      floor:
        "SELECT unit_cost_currency, sum(fifo_value_minor), sum(average_value_minor) FROM inventory_item GROUP BY 1",
      limitMs: 500,
    },
    get_stock: {
      server: stock,
      tool: "get_stock",
      arguments: { sku: "SKU-00042" },
      floor: "SELECT * FROM inventory_item WHERE sku = 'SKU-00042'",
      limitMs: 50,
    },
    list_movements: {
      server: stock,
      tool: "list_movements",
      arguments: { limit: 50 },
      floor: "SELECT * FROM inventory_movement ORDER BY occurred_at DESC, sequence DESC LIMIT 51",
      limitMs: 50,
    },
  };

  const results: Result[] = [];
  for (const [name, { server, tool, arguments: args, floor, limitMs }] of Object.entries(questions)) {
    const query = database.prepare(floor);
    const ask = async () => {
      const answer = await server.pipeline.call({
        tool,
        arguments: args,
        identify: () => server.identify(token),
      });
      if (answer.error !== undefined) throw answer.error;
    };
    await ask();
    const taken = await interleave(
      { tool: () => timeEach(3, ask), floor: () => timeEach(3, async () => query.all()) },
      2,
    );
    const result = compareTimes({ name, ours: taken("tool"), baseline: taken("floor") });
    const ms = result.unit === "ms" ? result.ours : result.ours / 1000;
    results.push({ ...result, limitMs, ok: ms <= limitMs });
  }
  books.close();
  stock.close();
  database.close();
  return results;
}

/** A workspace with an agent that may read everything. Returns its token. */
async function makeWorkspace(dir: string): Promise<string> {
  mkdirSync(join(dir, "agents"));
  writeFileSync(join(dir, "ringmain.yaml"), "name: Scale\nservers:\n  accounting: {}\n  inventory: {}\n");
  writeFileSync(
    join(dir, "agents", "reader.md"),
    "---\ndescription: Reads.\ntools: [accounting.*, inventory.*]\n---\nReads.\n",
  );
  const stateDir = join(dir, ".ringmain");
  ensureKeys(stateDir);
  const sign = createSigner(readPrivateKey(stateDir));
  const run = { id: newId("run"), workflow: "scale", workflowHash: "0".repeat(64) };
  return sign({ principal: "agent:reader", run, lifetimeSeconds: 3600 }, systemClock.now());
}
