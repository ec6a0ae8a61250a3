import { z } from "zod";
import { decodeCursor, encodeCursor, page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { month } from "../fields.ts";
import { listPeriods as listPage } from "../store/periods.ts";

const periodStatus = z.enum(["open", "closed"]);

export const listPeriods = defineTool({
  name: "list_periods",
  title: "List periods",
  description:
    "List the months that have journal entries, the latest first. Use it before close_period, or when a posting " +
    "was refused because its day lies in a closed month. Returns one page: whether each month is open or closed, " +
    "and how many entries it has; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    status: z.array(periodStatus).min(1).optional().describe("Any of these; leave out for all."),
    ...pageInput,
  }),
  output: page(
    z.strictObject({
      month,
      status: periodStatus.describe("closed: nothing can be posted to it."),
      entries: z.int().describe("How many journal entries it has."),
    }),
  ).extend({
    closed_through: month.optional().describe("The last closed month; every month before is closed too."),
  }),
  async handler({ status, limit, cursor }, context) {
    const before = cursor === undefined ? undefined : String(decodeCursor("periods", cursor, 1)[0]);
    const { closedThrough, periods, more } = await listPage(context, { before, status, limit });
    const last = periods.at(-1);
    return {
      items: periods.map((one) => ({
        month: one.month,
        status: one.closed ? ("closed" as const) : ("open" as const),
        entries: one.entries,
      })),
      next_cursor: more && last !== undefined ? encodeCursor("periods", [last.month]) : undefined,
      closed_through: closedThrough,
    };
  },
});
