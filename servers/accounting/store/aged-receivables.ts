import { sql } from "kysely";
import { decodeCursor, encodeCursor } from "../../../src/kit/fields.ts";
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

/** One page of customers and currencies with an open balance, the largest total first. */
export async function agedByCustomer(
  { db, today }: AccountingContext,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ rows: AgedCustomer[]; nextCursor: string | undefined }> {
  let sums = db
    .selectFrom("accounting_invoice as invoice")
    .where("invoice.state", "=", sql.lit("open"))
    .groupBy(["invoice.customer_id", "invoice.currency"])
    .select(["invoice.customer_id", "invoice.currency"])
    .select(bucketsAt(today))
    .orderBy("total", "desc")
    .orderBy("invoice.customer_id")
    .orderBy("invoice.currency")
    .limit(limit + 1);
  if (cursor !== undefined) {
    const [total, customer, currency] = decodeCursor(cursor, 3);
    sums = sums.having(sql<boolean>`(-sum(invoice.balance_minor), invoice.customer_id, invoice.currency)
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
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    rows: rows.slice(0, limit),
    nextCursor: last === undefined ? undefined : encodeCursor([last.total, last.customer_id, last.currency]),
  };
}

/** The same buckets over all customers, one row per currency. */
export async function agedTotals({
  db,
  today,
}: AccountingContext): Promise<(AgeBuckets & { currency: string })[]> {
  return await db
    .selectFrom("accounting_invoice as invoice")
    .where("invoice.state", "=", sql.lit("open"))
    .groupBy("invoice.currency")
    .select("invoice.currency")
    .select(bucketsAt(today))
    .orderBy("invoice.currency")
    .execute();
}

function bucketsAt(today: string) {
  const due = (from: number | undefined, to: number | undefined) => {
    const notAfter = from === undefined ? sql`1` : sql`invoice.due_on <= ${addDays(today, -from)}`;
    const notBefore = to === undefined ? sql`1` : sql`invoice.due_on >= ${addDays(today, -to)}`;
    return sql<number>`coalesce(sum(invoice.balance_minor) FILTER (WHERE ${notAfter} AND ${notBefore}), 0)`;
  };
  return [
    due(undefined, 0).as("not_due"),
    due(1, 30).as("days_1_30"),
    due(31, 60).as("days_31_60"),
    due(61, 90).as("days_61_90"),
    due(91, undefined).as("over_90"),
    sql<number>`sum(invoice.balance_minor)`.as("total"),
  ] as const;
}
