import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import type { InvoiceLineInput } from "../fields.ts";
import { account, requirePostable } from "./accounts.ts";
import type { AccountingContext } from "./context.ts";
import { normalDecimal } from "./decimals.ts";
import { boundedMinor } from "./refusals.ts";
import { lineAmount, lineTax, type RoundingMode } from "./rounding.ts";
import { readRounding } from "./settings.ts";
import type { InvoiceLineRow } from "./tables.ts";
import { requireTaxCodes } from "./tax-codes.ts";

/** Lines with their amounts, and what they add up to. */
export interface PricedLines {
  currency: string;
  pricesIncludeTax: boolean;
  netMinor: number;
  taxMinor: number;
  totalMinor: number;
  lines: Omit<InvoiceLineRow, "invoice_id">[];
}

/**
 * Prices lines by the rounding, the tax codes and the chart of these books. Throws as `priceLines` does, NOT_FOUND
 * for an unknown tax code or account, STATE_INVALID for an account that is no income.
 */
export async function priceByBooks(
  context: AccountingContext,
  lines: readonly InvoiceLineInput[],
  pricesIncludeTax: boolean,
): Promise<PricedLines> {
  const codes = await requireTaxCodes(context, new Set(lines.map(({ tax_code }) => tax_code)));
  for (const id of new Set(lines.map(({ account_id }) => account_id))) {
    if (id !== account.sales) await requirePostable(context, id, ["income"]);
  }
  const rateOf = (code: string) => codes.get(code)?.rate ?? "0";
  return priceLines(lines, { mode: await readRounding(context), pricesIncludeTax, rateOf });
}

/**
 * Computes net and tax of each line, rounded line by line, and their sums. Throws INPUT_INVALID for lines in more
 * than one currency, a currency that ISO 4217 does not list, or an amount beyond what these books take.
 */
export function priceLines(
  input: readonly InvoiceLineInput[],
  rules: { mode: RoundingMode; pricesIncludeTax: boolean; rateOf: (taxCode: string) => string },
): PricedLines {
  const { mode, pricesIncludeTax, rateOf } = rules;
  const currency = onlyCurrency(input);
  const lines = input.map((line, index) => {
    const amount = lineAmount({
      quantity: line.quantity,
      unitPriceMinor: line.unit_price.minor,
      discountRate: line.discount_rate,
      mode,
    });
    const taxRate = rateOf(line.tax_code);
    const { net, tax } = lineTax({ amount, rate: taxRate, priceIncludesTax: pricesIncludeTax, mode });
    return {
      line: index + 1,
      sku: line.sku ?? null,
      description: line.description,
      quantity: line.quantity,
      unit_price_minor: line.unit_price.minor,
      discount_rate: normalDecimal(line.discount_rate),
      account_id: line.account_id,
      tax_code: line.tax_code,
      tax_rate: taxRate,
      net_minor: boundedMinor(net),
      tax_minor: boundedMinor(tax),
    };
  });
  const netMinor = boundedMinor(lines.reduce((sum, line) => sum + BigInt(line.net_minor), 0n));
  const taxMinor = boundedMinor(lines.reduce((sum, line) => sum + BigInt(line.tax_minor), 0n));
  const totalMinor = boundedMinor(BigInt(netMinor) + BigInt(taxMinor));
  return { currency, pricesIncludeTax, netMinor, taxMinor, totalMinor, lines };
}

function onlyCurrency(lines: readonly InvoiceLineInput[]): string {
  const [currency = "", ...others] = new Set(lines.map((line) => line.unit_price.currency));
  if (others.length > 0) {
    throw new RingmainError(
      "INPUT_INVALID",
      `The lines are in several currencies: ${[currency, ...others].join(", ")}.`,
      { hint: "Make one invoice for each currency." },
    );
  }
  requireCurrency(currency);
  return currency;
}
