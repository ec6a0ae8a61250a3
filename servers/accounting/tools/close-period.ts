import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { month, version } from "../fields.ts";
import { closePeriod as close } from "../store/periods.ts";

export const closePeriod = defineTool({
  name: "close_period",
  title: "Close a period",
  description:
    "Close a month that has ended, and every month before it, for good: nothing can be posted to a day in them " +
    "any more. Use it when the month is complete: check it first with report trial_balance; list_periods shows " +
    "what is open. Returns how many entries were closed.",
  effect: "update",
  input: z.strictObject({ month: month.describe("Month to close, YYYY-MM; it must have ended in UTC.") }),
  output: z.strictObject({
    closed_through: month.describe("The last closed month."),
    entries: z.int().describe("How many entries lie in the months that this call closed."),
    version,
  }),
  async handler({ month: closing }, context) {
    return { closed_through: closing, ...(await close(context, closing)) };
  },
});
