import { sql } from "kysely";
import type { AccountingContext } from "./context.ts";
import type { AccountType } from "./tables.ts";

/** What was posted to an account in a currency: debits less credits. */
export interface AccountBalance {
  account_id: string;
  name: string;
  type: AccountType;
  currency: string;
  minor: number;
  /** The same in the base currency. */
  baseMinor: number;
}

/**
 * The balance of every account with postings, by currency, at the end of a day. The months before come from their
 * totals; only the days of the last month are added up from the postings.
 */
export async function balancesAt({ db }: AccountingContext, day: string): Promise<AccountBalance[]> {
  const month = day.slice(0, 7);
  const before = db
    .selectFrom("accounting_month_total")
    .where("month", "<", month)
    .groupBy(["account_id", "currency"])
    .select(({ fn }) => [
      "account_id",
      "currency",
      fn.sum<number>("amount_minor").as("minor"),
      fn.sum<number>("base_minor").as("baseMinor"),
    ]);
  // accounts first, so that each reads its own days in the index and nothing else
  const within = db
    .selectFrom("accounting_account as own")
    .innerJoin(
      sql<{
        account_id: string;
        currency: string;
        entry_on: string;
        amount_minor: number;
        base_minor: number;
      }>`accounting_posting`.as("posting"),
      (join) => join.onRef("posting.account_id", "=", sql.ref("own.id")),
    )
    .where("posting.entry_on", ">=", `${month}-01`)
    .where("posting.entry_on", "<=", day)
    .groupBy(["posting.account_id", "posting.currency"])
    .select(({ fn }) => [
      "posting.account_id",
      "posting.currency",
      fn.sum<number>("posting.amount_minor").as("minor"),
      fn.sum<number>("posting.base_minor").as("baseMinor"),
    ]);
  return await db
    .selectFrom(before.unionAll(within).as("part"))
    .innerJoin("accounting_account as account", "account.id", "part.account_id")
    .groupBy(["part.account_id", "part.currency"])
    .select(({ fn }) => [
      "part.account_id",
      "account.name",
      "account.type",
      "part.currency",
      fn.sum<number>("part.minor").as("minor"),
      fn.sum<number>("part.baseMinor").as("baseMinor"),
    ])
    .orderBy("part.account_id")
    .orderBy("part.currency")
    .execute();
}

/** The balance of every account in the base currency alone. */
export interface BaseBalance {
  account_id: string;
  name: string;
  type: AccountType;
  minor: number;
}

/** Adds the currencies of each account up, in the base currency. */
export function inBase(balances: readonly AccountBalance[]): BaseBalance[] {
  const accounts = new Map<string, BaseBalance>();
  for (const { account_id, name, type, baseMinor } of balances) {
    const minor = (accounts.get(account_id)?.minor ?? 0) + baseMinor;
    accounts.set(account_id, { account_id, name, type, minor });
  }
  return [...accounts.values()];
}

/** What accounts moved by between two days' balances. */
export function movement(before: readonly BaseBalance[], after: readonly BaseBalance[]): BaseBalance[] {
  const opening = new Map(before.map((one) => [one.account_id, one.minor]));
  return after.map((one) => ({ ...one, minor: one.minor - (opening.get(one.account_id) ?? 0) }));
}
