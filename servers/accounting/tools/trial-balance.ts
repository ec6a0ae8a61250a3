import { z } from "zod";
import { currency, isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { type AccountBalance, accountBalances } from "../store/trial-balance.ts";

const sides = {
  debit: money.describe("The balance, when debits exceed credits; else 0."),
  credit: money.describe("The balance, when credits exceed debits; else 0."),
};

export const trialBalance = defineTool({
  name: "trial_balance",
  title: "Trial balance",
  description:
    "Report the balance of every ledger account with postings, by currency, at the end of a day, with the totals: debits equal credits in each currency. Use it to check the books or to read one account's balance. Amounts in minor units.",
  effect: "read",
  input: z.strictObject({
    as_of: isoDate.optional().describe("Last day counted, YYYY-MM-DD. Default: today in UTC."),
  }),
  output: z.strictObject({
    as_of: isoDate,
    accounts: z.array(
      z.strictObject({
        account_id: z.string().describe("Account code, e.g. 1100."),
        name: z.string(),
        type: z.enum(["asset", "liability", "equity", "income", "expense"]),
        currency,
        ...sides,
      }),
    ),
    totals: z.array(z.strictObject({ currency, debit: money, credit: money })),
    balanced: z.boolean().describe("Whether debits equal credits in every currency."),
  }),
  async handler({ as_of }, context) {
    const asOf = as_of ?? context.today;
    const balances = await accountBalances(context, asOf);
    const currencies = [...new Set(balances.map((balance) => balance.currency))].sort();
    const totals = currencies.map((code) => totalsOf(balances, code));
    return {
      as_of: asOf,
      accounts: balances.map(({ minor, ...account }) => ({
        ...account,
        debit: { minor: Math.max(minor, 0), currency: account.currency },
        credit: { minor: Math.max(-minor, 0), currency: account.currency },
      })),
      totals,
      balanced: totals.every(({ debit, credit }) => debit.minor === credit.minor),
    };
  },
});

function totalsOf(balances: readonly AccountBalance[], currency: string) {
  const own = balances.filter((balance) => balance.currency === currency);
  const debit = own.reduce((sum, { minor }) => sum + Math.max(minor, 0), 0);
  const credit = own.reduce((sum, { minor }) => sum + Math.max(-minor, 0), 0);
  return { currency, debit: { minor: debit, currency }, credit: { minor: credit, currency } };
}
