import { decimalsOf } from "./base-amounts.ts";
import type { LedgerEntry } from "./general-ledger.ts";
import type { AccountRow, AccountType } from "./tables.ts";

/** The top account of each type, and the letter by which hledger knows it. */
const roots: Record<AccountType, { name: string; letter: string }> = {
  asset: { name: "assets", letter: "A" },
  liability: { name: "liabilities", letter: "L" },
  equity: { name: "equity", letter: "E" },
  income: { name: "revenues", letter: "R" },
  expense: { name: "expenses", letter: "X" },
};

/** The name of an account in the journal, e.g. `assets:1000 Bank`. */
function hledgerAccount({ id, name, type }: Pick<AccountRow, "id" | "name" | "type">): string {
  return `${roots[type].name}:${id} ${plain(name)}`.trim();
}

/** The declarations that `hledger check --strict` asks for: every currency and every account. */
export function hledgerHeader(options: {
  accounts: readonly AccountRow[];
  currencies: readonly string[];
}): string {
  const { accounts, currencies } = options;
  return [
    "decimal-mark .",
    "",
    ...currencies.map((currency) => `commodity ${currency} 1000.${"0".repeat(decimalsOf(currency))}`),
    "",
    ...accounts.map((account) => `account ${hledgerAccount(account)}  ; type:${roots[account.type].letter}`),
    "",
    "",
  ].join("\n");
}

/**
 * One entry as an hledger transaction. Amounts in a foreign currency carry what they are worth in the base
 * currency as their total cost (`@@`), so that `hledger bal` shows the currencies and `hledger bal -B` the base
 * currency; an exchange difference is an amount in the base currency.
 */
export function hledgerEntry(
  entry: LedgerEntry,
  options: { baseCurrency: string; typeOf: (accountId: string) => AccountType },
): string {
  const { baseCurrency, typeOf } = options;
  const lines = entry.postings.map((posting) => {
    const {
      account_id: id,
      account_name: name,
      currency,
      amount_minor: minor,
      base_minor: baseMinor,
    } = posting;
    const account = hledgerAccount({ id, name, type: typeOf(id) });
    if (minor === 0) return `    ${account}  ${amount(baseMinor, baseCurrency)}`;
    const cost = currency === baseCurrency ? "" : ` @@ ${amount(Math.abs(baseMinor), baseCurrency)}`;
    return `    ${account}  ${amount(minor, currency)}${cost}`;
  });
  const heading = `${entry.entry_on} * (${entry.number}) ${plain(entry.memo)}`;
  return `${[heading, `    ; entry_id:${plain(entry.id)}, kind:${entry.kind}`, ...lines].join("\n")}\n\n`;
}

function amount(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? "" : `.${digits.slice(-decimals)}`;
  return `${currency} ${minor < 0 ? "-" : ""}${whole}${fraction}`;
}

/** Text without what means something in a journal: comments, sub-accounts, notes and runs of spaces. */
function plain(text: string): string {
  return text.replace(/[;:|]/g, ",").replace(/\s+/g, " ").trim();
}
