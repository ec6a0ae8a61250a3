import { z } from "zod";
import { currency } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { businessDay, exchangeRate, exchangeRateRecord, expectedVersion } from "../fields.ts";
import { exchangeRateView, setRate } from "../store/exchange-rates.ts";

export const setExchangeRate = defineTool({
  name: "set_exchange_rate",
  title: "Set an exchange rate",
  description:
    "Store what one unit of a foreign currency is worth in the base currency from a day on, until a later rate. " +
    "Use it before the first posting in a currency, and whenever its rate changes; what was posted keeps its " +
    "rate. The base currency must be set (get_settings). Returns the rate, as decimal text.",
  effect: "update",
  input: z.strictObject({
    currency: currency.describe("Foreign currency, ISO 4217."),
    day: businessDay.describe("First day the rate holds."),
    rate: exchangeRate.describe(
      'Decimal text: base currency per unit, e.g. "0.9213" for 1 USD = 0.9213 EUR.',
    ),
    expected_version: expectedVersion,
  }),
  output: exchangeRateRecord,
  async handler({ currency: foreign, day, rate, expected_version }, context) {
    return exchangeRateView(
      await setRate(context, { currency: foreign, day, rate, expectedVersion: expected_version }),
    );
  },
});
