import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import { type AccountBalance, type BaseBalance, balancesAt, inBase, movement } from "./balances.ts";
import type { AccountingContext } from "./context.ts";
import { addDays } from "./days.ts";
import type { AccountType } from "./tables.ts";

interface Page {
  base_currency: string;
  to: string;
  limit: number;
  cursor?: string | undefined;
}

/** The balances of all accounts by currency at the end of a day, one page, with the totals of all. */
export async function trialBalance(context: AccountingContext, page: Page) {
  const { base_currency: base } = page;
  const balances = await balancesAt(context, page.to);
  const currencies = [...new Set(balances.map(({ currency }) => currency))].sort();
  const totals = currencies.map((currency) => {
    const own = balances.filter((balance) => balance.currency === currency);
    return {
      currency,
      ...sidesOf(
        own.map(({ minor }) => minor),
        currency,
      ),
    };
  });
  const baseTotals = sidesOf(
    balances.map(({ baseMinor }) => baseMinor),
    base,
  );
  const { rows, nextCursor } = statementPage(balances, page);
  return {
    accounts: rows.map((row) => trialRow(row, base)),
    totals,
    base_totals: baseTotals,
    balanced: [...totals, baseTotals].every(({ debit, credit }) => debit.minor === credit.minor),
    next_cursor: nextCursor,
  };
}

function trialRow({ minor, baseMinor, ...account }: AccountBalance, base: string) {
  const own = sidesOf([minor], account.currency);
  const inBase = sidesOf([baseMinor], base);
  return { ...account, ...own, base_debit: inBase.debit, base_credit: inBase.credit };
}

function sidesOf(balances: readonly number[], currency: string) {
  const debit = balances.reduce((sum, minor) => sum + Math.max(minor, 0), 0);
  const credit = balances.reduce((sum, minor) => sum + Math.max(0 - minor, 0), 0);
  return { debit: { minor: debit, currency }, credit: { minor: credit, currency } };
}

/** Income less expenses of some days, in the base currency. */
export async function profitAndLoss(context: AccountingContext, page: Page & { from: string }) {
  const before = inBase(await balancesAt(context, addDays(page.from, -1)));
  const moved = movement(before, inBase(await balancesAt(context, page.to)));
  const income = sumOf(moved, "income");
  const expenses = sumOf(moved, "expense");
  const money = (minor: number) => ({ minor, currency: page.base_currency });
  return {
    ...linesOf(moved, ["income", "expense"], page),
    summary: { income: money(income), expenses: money(expenses), net_profit: money(income - expenses) },
  };
}

/** Assets, liabilities and equity at the end of a day, in the base currency. */
export async function balanceSheet(context: AccountingContext, page: Page) {
  const balances = inBase(await balancesAt(context, page.to));
  const [assets, liabilities, equity] = [
    sumOf(balances, "asset"),
    sumOf(balances, "liability"),
    sumOf(balances, "equity"),
  ];
  const earnings = sumOf(balances, "income") - sumOf(balances, "expense");
  const money = (minor: number) => ({ minor, currency: page.base_currency });
  return {
    ...linesOf(balances, ["asset", "liability", "equity"], page),
    summary: {
      assets: money(assets),
      liabilities: money(liabilities),
      equity: money(equity),
      earnings: money(earnings),
    },
    balanced: assets === liabilities + equity + earnings,
  };
}

function linesOf(balances: readonly BaseBalance[], types: readonly AccountType[], page: Page) {
  const own = balances.filter(({ type, minor }) => types.includes(type) && minor !== 0);
  const { rows, nextCursor } = statementPage(own, page);
  const lines = rows.map(({ minor, ...account }) => ({
    ...account,
    amount: { minor: minor * normalSide(account.type), currency: page.base_currency },
  }));
  return { lines, next_cursor: nextCursor };
}

function sumOf(balances: readonly BaseBalance[], type: AccountType): number {
  return balances.reduce((sum, one) => (one.type === type ? sum + one.minor * normalSide(type) : sum), 0);
}

/** Assets and expenses grow by debits, everything else by credits. */
function normalSide(type: AccountType): 1 | -1 {
  return type === "asset" || type === "expense" ? 1 : -1;
}

/** A page of rows that are few enough to be made all at once. */
function statementPage<Row extends { account_id: string; currency?: string }>(
  rows: readonly Row[],
  { limit, cursor }: Page,
): { rows: Row[]; nextCursor: string | undefined } {
  const keyOf = (row: Row) => `${row.account_id} ${row.currency ?? ""}`;
  const after = cursor === undefined ? "" : String(decodeCursor("statement", cursor, 1)[0]);
  const rest = rows.filter((row) => keyOf(row) > after);
  return pageOf("statement", rest, limit, (row) => [keyOf(row)]);
}
