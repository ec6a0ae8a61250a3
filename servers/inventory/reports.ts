import { z } from "zod";
import { currency, instant, isoDate, money } from "../../src/kit/fields.ts";
import { units, version } from "./fields.ts";
import { costingMethod, itemSku, locationCode } from "./records.ts";

const countLine = z.strictObject({
  sku: itemSku,
  name: z.string().describe("Name of the item."),
  expected: units.describe("Units on hand at the location before the count was booked."),
  counted: units.describe("Units counted."),
  difference: units.describe("counted less expected: what was booked."),
  value: money.describe("Signed change of the stock's value by the item's costing method."),
  movement_id: z.string().optional().describe("The movement; absent when there was no difference."),
});
export type CountLine = z.infer<typeof countLine>;

export const countRecord = z.strictObject({
  id: z.string().describe("Id of the count; document_id of its movements."),
  count_id: z.string().describe("The id that the caller gave."),
  location: locationCode,
  counted_at: instant.describe("When it was booked."),
  reason: z.string().optional().describe("Why, in words."),
  line_count: z.int().describe("Items counted."),
  adjusted_count: z.int().describe("Items of them whose count differed."),
  value: z.array(money).describe("Signed change of the stock's value, one amount a currency."),
  lines: z
    .array(countLine)
    .describe("What was booked, in the order of the input; concise results hold the differences only."),
  version,
  duplicate_of: z
    .string()
    .optional()
    .describe("Present when this count_id was posted before: nothing was booked now."),
});
export type CountRecord = z.infer<typeof countRecord>;

const values = {
  fifo_value: money.describe("Value by FIFO: the sum of the open cost layers."),
  moving_average_value: money.describe("Value by moving average."),
  book_value: money.describe("Value by the costing method of each item."),
};

export const valuationTotal = z.strictObject({
  currency: currency.describe("ISO 4217 code; amounts of different currencies are not added."),
  item_count: z.int().describe("Items with units or a value."),
  ...values,
});
export type ValuationTotal = z.infer<typeof valuationTotal>;

export const valuationItem = z.strictObject({
  id: z.string().describe("Item id."),
  sku: itemSku,
  name: z.string().describe("Name of the item."),
  unit: z.string().describe("The unit that quantities count."),
  costing_method: costingMethod,
  on_hand: units.describe("Units in all locations."),
  ...values,
});
export type ValuationItem = z.infer<typeof valuationItem>;

export const rollForward = z.strictObject({
  method: costingMethod.describe("The method that these amounts follow."),
  currency: currency.describe("ISO 4217 code."),
  opening: money.describe("Value at the beginning of the first day."),
  received: money.describe("Value that came in: openings, receipts, finds."),
  cost_of_goods_sold: money.describe("What shipments cost."),
  adjustments: money.describe("What counts and adjustments took away."),
  closing: money.describe("opening + received - cost_of_goods_sold - adjustments."),
});
export type RollForward = z.infer<typeof rollForward>;

export const historyPoint = z.strictObject({
  from: isoDate.describe("First day of the period."),
  to: isoDate.describe("Last day of the period."),
  came_in: units.describe("Units that came in."),
  went_out: units.describe("Units that went out, as a positive number."),
  on_hand: units.describe("Units at the end of the period."),
});
export type HistoryPoint = z.infer<typeof historyPoint>;
