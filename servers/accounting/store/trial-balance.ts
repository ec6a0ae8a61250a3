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
  return await db
    .selectFrom("accounting_posting as posting")
    .innerJoin("accounting_account as account", "account.id", "posting.account_id")
    .where("posting.entry_on", "<=", asOf)
    .groupBy(["posting.account_id", "posting.currency"])
    .select(["posting.account_id", "account.name", "account.type", "posting.currency"])
    .select(({ fn }) => fn.sum<number>("posting.amount_minor").as("minor"))
    .orderBy("posting.account_id")
    .orderBy("posting.currency")
    .execute();
}
