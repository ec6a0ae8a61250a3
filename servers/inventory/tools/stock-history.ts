import { z } from "zod";
import { isoDate } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, sku, units } from "../fields.ts";
import { historyPoint } from "../reports.ts";
import { addDays, isoDay, laterDay } from "../store/days.ts";
import { requireItem } from "../store/items.ts";
import { requireLocation } from "../store/locations.ts";
import { intervals, maxPoints, readHistory } from "../store/stock-history.ts";

export const stockHistoryTool = defineTool({
  name: "stock_history",
  title: "Stock level over time",
  description:
    "How the level of one item went. Use it to see trends; for the single movements use list_movements. Returns " +
    "on hand at the end of each day, week (from Monday) or month, with what came in and went out, in whole units; " +
    `at most ${maxPoints} points. Over all locations transfers count neither as in nor as out.`,
  effect: "read",
  input: z.strictObject({
    sku,
    location: locationCode.optional().describe("Only this location. Leave out for all together."),
    from: isoDate.optional().describe("First day, YYYY-MM-DD, in UTC. Without it: 29 days before to."),
    to: isoDate.optional().describe("Last day, YYYY-MM-DD, in UTC, included. Without it: today."),
    interval: z.enum(intervals).default("day").describe("What one point stands for."),
  }),
  output: z.strictObject({
    item_id: z.string().describe("Item id."),
    sku: z.string().describe("Stock keeping unit."),
    item_name: z.string().describe("Name of the item."),
    unit: z.string().describe("The unit that quantities count."),
    location: z.string().optional().describe("Location code; absent for all together."),
    opening: units.describe("Units on hand at the beginning of the first day."),
    closing: units.describe("Units on hand at the end of the last day."),
    points: z.array(historyPoint).describe("The oldest first, without gaps."),
  }),
  async handler({ sku, location: code, from, to, interval }, call) {
    const item = await requireItem(call, sku);
    const location = code === undefined ? undefined : await requireLocation(call, code);
    const last = to ?? isoDay(call.now);
    // the calendar of ISO 8601 begins with the year 0
    const first = from ?? laterDay("0000-01-01", addDays(last, -29));
    const history = await readHistory(call, { item, location, from: first, to: last, interval });
    return {
      item_id: item.id,
      sku: item.sku,
      item_name: item.name,
      unit: item.unit,
      location: location?.code,
      ...history,
    };
  },
});
