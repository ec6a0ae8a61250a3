import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import type { Money } from "../../../src/kit/fields.ts";

/** The largest value of one deal, in minor units: sums over thousands of deals stay exact. */
const maxAmountMinor = 1_000_000_000_000;

/**
 * The net value of a deal: the sum of quantity × unit price over its lines, or the amount that stands for them
 * while there are none. Exact, as all factors are integers. Throws INPUT_INVALID when both or neither are given,
 * for a currency that is none, when the lines have several currencies, and when the sum is negative or beyond `maxAmountMinor`.
 */
export function dealAmount(
  lines: readonly { sku: string; quantity: number; unit_price: Money }[],
  amount: Money | undefined,
): Money {
  const [first] = lines;
  if ((first === undefined) === (amount === undefined)) {
    throw new RingmainError("INPUT_INVALID", "A deal has either lines or an amount.", {
      hint: first
        ? "Leave amount out: it is the sum of the lines."
        : "Pass lines, or amount while they are not known.",
    });
  }
  const currency = first?.unit_price.currency ?? amount?.currency ?? "";
  requireCurrency(currency);
  const stranger = lines.find(({ unit_price }) => unit_price.currency !== currency);
  if (stranger) {
    throw new RingmainError(
      "INPUT_INVALID",
      `A deal has one currency: ${stranger.sku} is in ${stranger.unit_price.currency}, the first line in ${currency}.`,
      { hint: "Give all unit prices in one currency, or make one deal per currency." },
    );
  }
  const total = lines.reduce(
    (sum, { quantity, unit_price }) => sum + BigInt(quantity) * BigInt(unit_price.minor),
    BigInt(amount?.minor ?? 0),
  );
  if (total < 0n || total > BigInt(maxAmountMinor)) {
    throw new RingmainError(
      "INPUT_INVALID",
      `The value of a deal cannot be ${total} minor units of ${currency}.`,
      {
        hint: `It must be between 0 and ${maxAmountMinor}. Amounts are in minor units: 12.50 EUR is 1250.`,
      },
    );
  }
  return { minor: Number(total), currency };
}
