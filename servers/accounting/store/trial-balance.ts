import type { AccountingContext } from "./context.ts";
import type { AccountType } from "./tables.ts";

export interface AccountBalance {
  account_id: string;
  name: string;
  type: AccountType;
  currency: string;
  /** Debits less credits of all entries up to and including the day. */
  minor: number;
}

/** The balance of every account with postings, by currency, at the end of a day. */
export async function accountBalances({ db }: AccountingContext, asOf: string): Promise<AccountBalance[]> {
  const sums = db
    .selectFrom("accounting_posting")
    .where("entry_on", "<=", asOf)
    .groupBy(["account_id", "currency"])
    .select(["account_id", "currency"])
    .select(({ fn }) => fn.sum<number>("amount_minor").as("minor"));
  return await db
    .selectFrom(sums.as("sums"))
    .innerJoin("accounting_account as account", "account.id", "sums.account_id")
    .selectAll("sums")
    .select(["account.name", "account.type"])
    .orderBy("sums.account_id")
    .orderBy("sums.currency")
    .execute();
}
