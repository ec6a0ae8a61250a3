import { z } from "zod";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { currency } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { businessDay, exchangeRateRecord } from "../fields.ts";
import { exchangeRateView, listRates } from "../store/exchange-rates.ts";

export const listExchangeRates = defineTool({
  name: "list_exchange_rates",
  title: "List exchange rates",
  description:
    "List the stored exchange rates to the base currency, the latest day first. Use it to see at which rate a " +
    "posting would be made: it uses the rate of its day, or the last one before; set_exchange_rate stores one. " +
    "Returns one page; rates are decimal text, base currency per unit. Follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    currency: currency.optional().describe("Only this foreign currency."),
    from: businessDay.optional().describe("First day, included."),
    to: businessDay.optional().describe("Last day, included."),
    ...pageInput,
  }),
  output: page(exchangeRateRecord),
  async handler(input, context) {
    requireDaysInOrder(["from", input.from], ["to", input.to]);
    if (input.currency !== undefined) requireCurrency(input.currency);
    const { rows, nextCursor } = await listRates(context, input);
    return { items: rows.map(exchangeRateView), next_cursor: nextCursor };
  },
});
