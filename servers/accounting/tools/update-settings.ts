import { z } from "zod";
import { currency } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, settingsRecord } from "../fields.ts";
import { lastClosedMonth } from "../store/periods.ts";
import { roundingModes } from "../store/rounding.ts";
import { settingsView, updateSettings as update } from "../store/settings.ts";

export const updateSettings = defineTool({
  name: "update_settings",
  title: "Change the settings of the books",
  description:
    "Set the base currency (only while the books have no entries) and how amounts are rounded from now on: " +
    "half_up is commercial rounding, half_even rounds a half to the even neighbour. Use it when the books are set " +
    "up, by the rule of the country. What is left out stays. Returns the settings.",
  effect: "update",
  input: z.strictObject({
    base_currency: currency.optional().describe("ISO 4217 currency of the books and their reports."),
    rounding: z.enum(roundingModes).optional().describe("How a line's net and tax become whole minor units."),
    expected_version: expectedVersion,
  }),
  output: settingsRecord,
  async handler({ base_currency, rounding, expected_version }, context) {
    const settings = await update(context, {
      baseCurrency: base_currency,
      rounding,
      expectedVersion: expected_version,
    });
    return settingsView(settings, await lastClosedMonth(context));
  },
});
