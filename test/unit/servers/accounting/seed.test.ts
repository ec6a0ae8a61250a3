import { beforeAll, describe, expect, it } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { seed } from "../../../../servers/accounting/seed.ts";
import { newId } from "../../../../src/core/ids.ts";
import { transact } from "../../../../src/db/transaction.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";
import { expectSoundBooks } from "./sound-books.ts";

const instant = "2026-11-23T08:40:00Z";

async function seeded(at = instant) {
  const harness = await toolHarness(definition, at);
  const counts = await transact(harness.database, () =>
    seed({
      db: harness.db,
      now: new Date(at),
      principal: "ringmain:demo",
      newId,
      hides: () => false,
      changed: () => {},
      ...harness.linksNow(),
    }),
  );
  const rows = (sql: string) => harness.database.prepare(sql).all();
  return { ...harness, counts, rows };
}

describe("the sample books", () => {
  let books: Awaited<ReturnType<typeof seeded>>;
  beforeAll(async () => {
    books = await seeded();
  });

  it("has 60 customers of the CRM and 300 posted invoices", () => {
    expect(books.counts).toMatchObject({ customers: 60, invoices: 300 });
    expect(books.rows("SELECT id, crm_company_id FROM accounting_customer ORDER BY id LIMIT 1")).toEqual([
      { id: "cus_0001", crm_company_id: "com_0001" },
    ]);
    const states = books.rows("SELECT state, count(*) AS n FROM accounting_invoice GROUP BY state");
    expect(states.map((row) => ({ ...row }))).toEqual([
      { state: "open", n: 60 },
      { state: "paid", n: 240 },
    ]);
  });

  it("spreads the invoices over twelve months and two currencies", () => {
    const [span] = books.rows(
      "SELECT min(issued_on) AS first, max(issued_on) AS last, count(DISTINCT substr(issued_on, 1, 7)) AS months FROM accounting_invoice",
    );
    expect(span).toMatchObject({ first: "2025-11-26" });
    expect(String(span?.last) < "2026-11-23").toBe(true);
    expect(Number(span?.months)).toBeGreaterThanOrEqual(12);
    const currencies = books.rows("SELECT DISTINCT currency FROM accounting_invoice ORDER BY 1");
    expect(currencies.map((row) => row.currency)).toEqual(["EUR", "GBP"]);
  });

  it.each([0, 1])(
    "has 23 invoices a week overdue, 2 of them over 5,000.00, also %i days later",
    async (days) => {
      books.setNow(new Date(Date.parse(instant) + days * 86_400_000).toISOString());
      const { items } = await books.call("list_invoices", { status: ["overdue"], min_days_overdue: 7 });
      books.setNow(instant);
      const invoices = definition.tools[0]?.output.parse({ items }).items as {
        balance: { minor: number; currency: string };
        days_overdue: number;
        next_reminder_level: number;
      }[];
      expect(invoices).toHaveLength(23);
      const big = invoices.filter(({ balance }) => balance.minor > 500_000);
      expect(big.map(({ balance }) => balance.currency)).toEqual(["EUR", "EUR"]);
      const calledFor = (late: number) => (late >= 35 ? 3 : late >= 21 ? 2 : 1);
      expect(invoices.map((invoice) => invoice.next_reminder_level)).toEqual(
        invoices.map((invoice) => calledFor(invoice.days_overdue)),
      );
      expect(new Set(invoices.map((invoice) => invoice.next_reminder_level))).toEqual(new Set([1, 2, 3]));
    },
  );

  it("has sent the reminders before those, so that nothing is mailed for them again", () => {
    const sent = books.rows(
      `SELECT reminder.level, message.status, count(*) AS n FROM accounting_reminder AS reminder
       JOIN accounting_outbox AS message ON message.id = reminder.message_id GROUP BY 1, 2 ORDER BY 1`,
    );
    expect(sent.map((row) => ({ ...row }))).toEqual([
      { level: 1, status: "sent", n: 12 },
      { level: 2, status: "sent", n: 5 },
    ]);
  });

  it("keeps the books sound and the numbers in the order of the days", () => {
    expectSoundBooks(books.database);
    const entries = books.rows("SELECT entry_on FROM accounting_entry ORDER BY number");
    expect(entries.map((row) => row.entry_on)).toEqual(entries.map((row) => row.entry_on).sort());
    const invoices = books.rows("SELECT number FROM accounting_invoice ORDER BY issued_on, number");
    expect(invoices.map((row) => row.number)).toEqual(invoices.map((row) => row.number).sort());
  });

  it("has partly paid invoices, shared payments and prepayments", () => {
    const one = (sql: string) => Number(books.rows(sql)[0]?.n);
    expect(
      one(
        "SELECT count(*) AS n FROM accounting_invoice WHERE state = 'open' AND balance_minor < total_minor",
      ),
    ).toBeGreaterThan(10);
    expect(
      one(
        "SELECT count(*) AS n FROM (SELECT 1 FROM accounting_settlement GROUP BY payment_id HAVING count(*) > 1)",
      ),
    ).toBeGreaterThan(5);
    expect(
      one("SELECT count(*) AS n FROM accounting_payment WHERE allocated_minor < amount_minor"),
    ).toBeGreaterThan(2);
  });

  it("is the same on the same day", async () => {
    const again = await seeded("2026-11-23T19:00:00Z");
    for (const table of [
      "invoice",
      "invoice_line",
      "payment",
      "settlement",
      "posting",
      "reminder",
      "outbox",
    ]) {
      const sql = `SELECT * FROM accounting_${table} ORDER BY 1, 2`;
      expect(again.rows(sql)).toEqual(books.rows(sql));
    }
  });
});
