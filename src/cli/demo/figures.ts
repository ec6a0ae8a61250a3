import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** An amount as the demo prints it. */
interface Amount {
  currency: string;
  minor: number;
}

/** What the demo says about the sample company and about its runs: every number is read from the database. */
export function createFigures(database: DatabaseSync) {
  const number = (sql: string, ...values: SQLInputValue[]): number =>
    Number(Object.values(database.prepare(sql).get(...values) ?? {})[0] ?? 0);
  const amounts = (sql: string, ...values: SQLInputValue[]): Amount[] =>
    database
      .prepare(sql)
      .all(...values)
      .map((row) => ({ currency: String(row.currency), minor: Number(row.minor) }));
  const changedBy = `SELECT c.value ->> '$[1]' FROM audit_entry e, json_each(e.body, '$.changed') c
    WHERE e.body ->> '$.run' = ? AND e.tool = ? AND e.outcome = 'done' AND c.value ->> '$[0]' = ?`;

  return {
    companies: () => number("SELECT count(*) FROM crm_company"),
    invoices: () => number("SELECT count(*) FROM accounting_invoice"),
    items: () => number("SELECT count(*) FROM inventory_item"),
    /** Messages that the run put into the outbox, and how many of them have left it. */
    reminders: (run: string) => ({
      queued: number(
        `SELECT count(*) FROM accounting_outbox WHERE id IN (${changedBy})`,
        run,
        "accounting.send_reminder",
        "accounting_outbox",
      ),
      mailed: number(
        `SELECT count(*) FROM accounting_outbox WHERE status = 'sent' AND id IN (${changedBy})`,
        run,
        "accounting.send_reminder",
        "accounting_outbox",
      ),
    }),
    /** How many calls of the run each policy refused, or made wait for a person. */
    refusals: (run: string) =>
      database
        .prepare(
          `SELECT p.value AS policy, e.body ->> '$.error' = 'APPROVAL_REQUIRED' AS waits, count(*) AS calls FROM audit_entry e, json_each(e.body, '$.policies') p
           WHERE e.body ->> '$.run' = ? AND e.outcome = 'denied' AND p.value NOT LIKE '%.%' GROUP BY 1, 2 ORDER BY 1, 2`,
        )
        .all(run)
        .map((row) => ({ policy: String(row.policy), waits: row.waits === 1, calls: Number(row.calls) })),
    orders: (run: string) => ({
      count: number(
        `SELECT count(*) FROM inventory_purchase_order WHERE id IN (${changedBy})`,
        run,
        "inventory.create_purchase_order",
        "inventory_purchase_order",
      ),
      totals: amounts(
        `SELECT currency, sum(total_minor) AS minor FROM inventory_purchase_order WHERE id IN (${changedBy}) GROUP BY currency`,
        run,
        "inventory.create_purchase_order",
        "inventory_purchase_order",
      ),
    }),
    /** A won deal that has no invoice yet. */
    wonDeal: () => {
      const row = database
        .prepare(
          `SELECT ref FROM crm_deal d WHERE status = 'won'
           AND NOT EXISTS (SELECT 1 FROM accounting_invoice i WHERE i.reference = d.ref) ORDER BY closed_on DESC, ref LIMIT 1`,
        )
        .get();
      return row === undefined ? undefined : String(row.ref);
    },
    draft: (run: string) =>
      amounts(
        `SELECT currency, sum(total_minor) AS minor FROM accounting_invoice WHERE id IN (${changedBy}) GROUP BY currency`,
        run,
        "accounting.create_invoice_draft",
        "accounting_invoice",
      ),
    tasks: (run: string) => ({
      count: number(
        `SELECT count(*) FROM crm_task WHERE id IN (${changedBy})`,
        run,
        "crm.create_task",
        "crm_task",
      ),
      people: number(
        `SELECT count(DISTINCT assignee_id) FROM crm_task WHERE id IN (${changedBy})`,
        run,
        "crm.create_task",
        "crm_task",
      ),
    }),
    allTasks: () => number("SELECT count(*) FROM crm_task"),
  };
}

export type Figures = ReturnType<typeof createFigures>;

/** `EUR 6,420.00`; the sample company trades in currencies of two decimals. */
export function amountText(amounts: readonly Amount[]): string {
  return amounts
    .map(
      ({ currency, minor }) =>
        `${currency} ${(minor / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`,
    )
    .join(" and ");
}
