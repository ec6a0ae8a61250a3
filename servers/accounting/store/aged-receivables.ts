import { sql } from "kysely";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { AccountingContext } from "./context.ts";
import { addDays } from "./days.ts";

/** Sums of open balances by how long they are overdue, in minor units. */
export interface AgeBuckets {
  not_due: number;
  days_1_30: number;
  days_31_60: number;
  days_61_90: number;
  over_90: number;
  total: number;
}

export interface AgedCustomer extends AgeBuckets {
  customer_id: string;
  customer_name: string;
  currency: string;
}

/** What is reported: the end of a day, over all customers or one. */
interface Aged {
  asOf: string;
  customerId?: string | undefined;
}

/** One page of customers and currencies with an open balance at the end of a day, the largest total first. */
export async function agedByCustomer(
  { db }: AccountingContext,
  { asOf, customerId }: Aged,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ rows: AgedCustomer[]; nextCursor: string | undefined }> {
  let sums = db
    .selectFrom(owedAt(asOf).as("owed"))
    .groupBy(["owed.customer_id", "owed.currency"])
    .select(["owed.customer_id", "owed.currency"])
    .select(bucketsAt(asOf))
    .having(sql<boolean>`sum(owed.minor) <> 0`)
    .orderBy("total", "desc")
    .orderBy("owed.customer_id")
    .orderBy("owed.currency")
    .limit(limit + 1);
  if (customerId !== undefined) sums = sums.where("owed.customer_id", "=", customerId);
  if (cursor !== undefined) {
    const [total, customer, currency] = decodeCursor("aged receivables", cursor, 3);
    sums = sums.having(sql<boolean>`(-sum(owed.minor), owed.customer_id, owed.currency)
      > (-CAST(${total} AS INTEGER), ${customer}, ${currency})`);
  }
  // the names are joined to the page only, after the sums are made
  const select = db
    .selectFrom(sums.as("owed"))
    .innerJoin("accounting_customer as customer", "customer.id", "owed.customer_id")
    .selectAll("owed")
    .select("customer.name as customer_name")
    .orderBy("owed.total", "desc")
    .orderBy("owed.customer_id")
    .orderBy("owed.currency");
  const rows = await select.execute();
  return pageOf("aged receivables", rows, limit, (row) => [row.total, row.customer_id, row.currency]);
}

/** The same buckets over all customers, one row per currency. */
export async function agedTotals(
  { db }: AccountingContext,
  { asOf, customerId }: Aged,
): Promise<(AgeBuckets & { currency: string })[]> {
  return await db
    .selectFrom(owedAt(asOf).as("owed"))
    .$if(customerId !== undefined, (select) => select.where("owed.customer_id", "=", customerId ?? ""))
    .groupBy("owed.currency")
    .select("owed.currency")
    .select(bucketsAt(asOf))
    .having(sql<boolean>`sum(owed.minor) <> 0`)
    .orderBy("owed.currency")
    .execute();
}

/**
 * What invoices owed at the end of a day: what they owe now and what was settled since. Both parts are read from
 * an index alone. In raw SQL, because the second part grows with the time since the day and must be no subquery
 * per invoice.
 */
function owedAt(asOf: string) {
  return sql<{ customer_id: string; currency: string; due_on: string; minor: number }>`(
    SELECT customer_id, currency, due_on, balance_minor AS minor FROM accounting_invoice
      WHERE state = 'open' AND issued_on <= ${asOf}
    UNION ALL
    SELECT customer_id, currency, due_on, amount_minor FROM accounting_settlement
      WHERE settled_on > ${asOf} AND issued_on <= ${asOf})`;
}

function bucketsAt(asOf: string) {
  const due = (from: number | undefined, to: number | undefined) => {
    const notAfter = from === undefined ? sql`1` : sql`owed.due_on <= ${addDays(asOf, -from)}`;
    const notBefore = to === undefined ? sql`1` : sql`owed.due_on >= ${addDays(asOf, -to)}`;
    return sql<number>`coalesce(sum(owed.minor) FILTER (WHERE ${notAfter} AND ${notBefore}), 0)`;
  };
  return [
    due(undefined, 0).as("not_due"),
    due(1, 30).as("days_1_30"),
    due(31, 60).as("days_31_60"),
    due(61, 90).as("days_61_90"),
    due(91, undefined).as("over_90"),
    sql<number>`sum(owed.minor)`.as("total"),
  ] as const;
}
