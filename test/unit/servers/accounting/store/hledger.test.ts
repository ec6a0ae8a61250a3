import { expect, it } from "vitest";
import type { LedgerEntry } from "../../../../../servers/accounting/store/general-ledger.ts";
import { hledgerEntry, hledgerHeader } from "../../../../../servers/accounting/store/hledger.ts";

const stamps = { version: 1, created_at: "", updated_at: "" };

function entry(memo: string, postings: [string, string, string, number, number][]): LedgerEntry {
  return {
    id: "ent_1",
    number: 7,
    entry_on: "2026-11-02",
    kind: "payment",
    source_id: "pay_1",
    memo,
    reverses_id: null,
    posted: 1,
    ...stamps,
    postings: postings.map(([account_id, account_name, currency, amount_minor, base_minor], index) => ({
      entry_id: "ent_1",
      line: index + 1,
      account_id,
      account_name,
      currency,
      amount_minor,
      base_minor,
      entry_on: "2026-11-02",
    })),
  };
}

const options = {
  baseCurrency: "EUR",
  typeOf: (id: string) => (id.startsWith("1") ? ("asset" as const) : ("income" as const)),
};

it("writes foreign amounts at their total cost, and an exchange difference in the base currency", () => {
  const payment = entry("Payment BANK 7", [
    ["1000", "Bank", "JPY", 10_000, 6_200],
    ["1100", "Accounts receivable", "JPY", -10_000, -6_117],
    ["4900", "Realised exchange gains", "JPY", 0, -83],
  ]);
  expect(hledgerEntry(payment, options)).toBe(
    [
      "2026-11-02 * (7) Payment BANK 7",
      "    ; entry_id:ent_1, kind:payment",
      "    assets:1000 Bank  JPY 10000 @@ EUR 62.00",
      "    assets:1100 Accounts receivable  JPY -10000 @@ EUR 61.17",
      "    revenues:4900 Realised exchange gains  EUR -0.83",
      "",
      "",
    ].join("\n"),
  );
});

it("takes out of texts what means something in a journal", () => {
  const text = hledgerEntry(
    entry("Rent; office | 3:4\u00a0 ", [["1000", "Bank:  main ; (x)", "EUR", -5, -5]]),
    options,
  );
  expect(text).toContain("(7) Rent, office , 3,4\n");
  expect(text).toContain("    assets:1000 Bank, main , (x)  EUR -0.05\n");
});

it("declares currencies with their decimals, and accounts with their types", () => {
  const accounts = [{ id: "2100", name: "Prepayments", type: "liability" as const, control: 1, ...stamps }];
  expect(hledgerHeader({ accounts, currencies: ["EUR", "JPY", "KWD"] })).toBe(
    [
      "decimal-mark .",
      "",
      "commodity EUR 1000.00",
      "commodity JPY 1000.",
      "commodity KWD 1000.000",
      "",
      "account liabilities:2100 Prepayments  ; type:L",
      "",
      "",
    ].join("\n"),
  );
});
