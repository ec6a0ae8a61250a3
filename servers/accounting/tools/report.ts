import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { currency, isoDate, money, rows } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { accountId, accountType, businessDay, entryRecord } from "../fields.ts";
import { requireAccount } from "../store/accounts.ts";
import { generalLedger, ledgerJournal } from "../store/ledger-report.ts";
import { readSettings } from "../store/settings.ts";
import { balanceSheet, profitAndLoss, trialBalance } from "../store/statements.ts";

const reports = ["trial_balance", "profit_and_loss", "balance_sheet", "general_ledger"] as const;

const sides = {
  debit: money.describe("The balance, when debits exceed credits, else 0; of a total their sum."),
  credit: money.describe("The balance, when credits exceed debits, else 0; of a total their sum."),
};

export const report = defineTool({
  name: "report",
  title: "Report from the ledger",
  description:
    "Report from the double-entry ledger. Use it for the state of the books as a whole; for what customers owe " +
    "use aged_receivables. Returns for trial_balance every account's balance by currency at the end of a day, " +
    "with totals; for profit_and_loss income less expenses from a day to a day; for balance_sheet assets, " +
    "liabilities and equity at the end of a day; for general_ledger the journal entries themselves, as JSON or as " +
    "an hledger journal. Statements are in the base currency. Amounts in minor units. Follow next_cursor until it " +
    "is absent; the journal pages put together are one file.",
  effect: "read",
  input: z.strictObject({
    report: z.enum(reports).describe("Which report."),
    from: businessDay
      .optional()
      .describe(
        "First day, of profit_and_loss and general_ledger only. Default: 1 January of the last day's year; the first entry for general_ledger.",
      ),
    to: businessDay
      .optional()
      .describe("Last day counted. Default: today in UTC; the last entry for general_ledger."),
    account_id: accountId.optional().describe("general_ledger only: entries that post to this account."),
    format: z
      .enum(["json", "hledger"])
      .default("json")
      .describe(
        "hledger: the general_ledger as a plain-text journal, with its declarations on the first page.",
      ),
    ...pageInput,
  }),
  output: z.strictObject({
    report: z.enum(reports).describe("Which report it is."),
    from: isoDate.optional().describe("First day of the report."),
    to: isoDate.optional().describe("Last day of the report."),
    base_currency: currency.optional().describe("Absent as long as the books are empty."),
    accounts: z
      .array(
        z.strictObject({
          account_id: z.string().describe("Account code."),
          name: z.string().describe("Name of the account."),
          type: accountType,
          currency,
          ...sides,
          base_debit: money.describe("The debit in the base currency."),
          base_credit: money.describe("The credit in the base currency."),
        }),
      )
      .meta(rows)
      .optional()
      .describe("trial_balance, by account and currency."),
    totals: z
      .array(z.strictObject({ currency, ...sides }))
      .optional()
      .describe("trial_balance: over all accounts, not this page only."),
    base_totals: z.strictObject(sides).optional().describe("trial_balance, in the base currency."),
    balanced: z.boolean().optional().describe("Whether the two sides are equal, in every currency."),
    lines: z
      .array(
        z.strictObject({
          account_id: z.string().describe("Account code."),
          name: z.string().describe("Name of the account."),
          type: accountType,
          amount: money.describe("Positive on the normal side: income and liabilities are credits."),
        }),
      )
      .meta(rows)
      .optional()
      .describe("profit_and_loss and balance_sheet, in the base currency."),
    summary: z
      .strictObject({
        income: money.optional().describe("Sum of the income accounts."),
        expenses: money.optional().describe("Sum of the expense accounts."),
        net_profit: money.optional().describe("Income less expenses."),
        assets: money.optional().describe("Sum of the asset accounts."),
        liabilities: money.optional().describe("Sum of the liability accounts."),
        equity: money.optional().describe("The equity accounts, without the earnings."),
        earnings: money.optional().describe("Income less expenses to date, not yet carried to equity."),
      })
      .optional()
      .describe("Over all accounts. assets = liabilities + equity + earnings."),
    entries: z.array(entryRecord).meta(rows).optional().describe("general_ledger, by day and number."),
    journal: mark(z.string(), "secret").optional().describe("general_ledger in the format hledger."),
    next_cursor: z.string().optional().describe("Present when there are more; pass it as cursor."),
  }),
  async handler(input, context) {
    const { report: name, limit, cursor, account_id: account } = input;
    if (input.format === "hledger" && name !== "general_ledger") {
      throw new RingmainError("INPUT_INVALID", `${name} has no hledger format.`, {
        hint: "Use report general_ledger with format hledger.",
      });
    }
    if (account !== undefined && name !== "general_ledger") {
      throw new RingmainError("INPUT_INVALID", `${name} is over all accounts.`, {
        hint: "Leave account_id out, or use report general_ledger.",
      });
    }
    if (input.from !== undefined && (name === "trial_balance" || name === "balance_sheet")) {
      throw new RingmainError(
        "INPUT_INVALID",
        `${name} has no first day: it is the state at the end of one.`,
        {
          hint: "Leave from out and give to, or use report profit_and_loss or general_ledger, which take from.",
        },
      );
    }
    const { base_currency } = await readSettings(context);
    if (base_currency === null) return { report: name };
    const to = input.to ?? context.today;
    const from = input.from ?? `${to.slice(0, 4)}-01-01`;
    if (input.from !== undefined && input.from > to && input.to !== undefined) {
      throw new RingmainError("INPUT_INVALID", `from ${input.from} lies after to ${to}.`, {
        hint: "Give the first day in from and the last in to.",
      });
    }
    const paging = { limit, cursor };
    switch (name) {
      case "trial_balance":
        return {
          report: name,
          to,
          base_currency,
          ...(await trialBalance(context, { base_currency, to, ...paging })),
        };
      case "profit_and_loss":
        return {
          report: name,
          from,
          to,
          base_currency,
          ...(await profitAndLoss(context, { base_currency, from, to, ...paging })),
        };
      case "balance_sheet":
        return {
          report: name,
          to,
          base_currency,
          ...(await balanceSheet(context, { base_currency, to, ...paging })),
        };
      case "general_ledger": {
        if (account !== undefined) await requireAccount(context, account);
        const days = { from: input.from ?? "0000-01-01", to: input.to ?? "9999-12-31" };
        const page =
          input.format === "json"
            ? await generalLedger(context, { ...days, base_currency, account, ...paging })
            : await ledgerJournal(context, { ...days, base_currency, account, ...paging });
        return { report: name, from: input.from, to: input.to, base_currency, ...page };
      }
    }
  },
});
