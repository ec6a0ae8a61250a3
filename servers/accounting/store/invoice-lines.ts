import { RingmainError } from "../../../src/core/errors.ts";
import { type InvoiceLineInput, maxMinor } from "../fields.ts";
import type { AccountingContext } from "./context.ts";
import { requireCurrency } from "./refusals.ts";
import { lineNet, normalDecimal, type RoundingMode } from "./rounding.ts";
import { readRounding } from "./settings.ts";
import type { InvoiceLineRow } from "./tables.ts";

/** Lines with their nets, and what they add up to. */
export interface PricedLines {
  currency: string;
  totalMinor: number;
  lines: Omit<InvoiceLineRow, "invoice_id">[];
}

/** Prices lines by the rounding of these books. Throws as `priceLines` does. */
export async function priceByBooks(
  context: AccountingContext,
  lines: readonly InvoiceLineInput[],
): Promise<PricedLines> {
  return priceLines(lines, await readRounding(context));
}

/**
 * Computes the net of each line, rounded line by line, and their sum. Throws INPUT_INVALID for lines in more
 * than one currency, a currency that ISO 4217 does not list, or an amount beyond what these books take.
 */
export function priceLines(input: readonly InvoiceLineInput[], mode: RoundingMode): PricedLines {
  const currency = onlyCurrency(input);
  const lines = input.map((line, index) => ({
    line: index + 1,
    sku: line.sku ?? null,
    description: line.description,
    quantity: line.quantity,
    unit_price_minor: line.unit_price.minor,
    discount_rate: normalDecimal(line.discount_rate),
    tax_code: "none",
    net_minor: boundedMinor(
      lineNet({
        quantity: line.quantity,
        unitPriceMinor: line.unit_price.minor,
        discountRate: line.discount_rate,
        mode,
      }),
    ),
  }));
  const total = lines.reduce((sum, line) => sum + BigInt(line.net_minor), 0n);
  return { currency, totalMinor: boundedMinor(total), lines };
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

function boundedMinor(minor: bigint): number {
  if (minor <= BigInt(maxMinor)) return Number(minor);
  throw new RingmainError(
    "INPUT_INVALID",
    `An amount of ${minor} minor units is more than these books take.`,
    {
      hint: `The most is ${maxMinor}. Check quantity and unit_price: the price is in minor units (cents).`,
    },
  );
}
