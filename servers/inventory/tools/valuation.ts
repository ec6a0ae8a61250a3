import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { instant, isoDate } from "../../../src/kit/fields.ts";
import { pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { responseFormat, sku, supplierId } from "../fields.ts";
import { rollForward, valuationItem, valuationTotal } from "../reports.ts";
import { isoDay } from "../store/days.ts";
import { requireItem } from "../store/items.ts";
import { readRollForward } from "../store/roll-forward.ts";
import { requireSupplier } from "../store/suppliers.ts";
import { listValued, readTotals } from "../store/valuation.ts";

export const valuationTool = defineTool({
  name: "valuation",
  title: "Value of the stock",
  description:
    "What the stock is worth, now or at the end of a day. Use it for the balance sheet and for cost of goods " +
    "sold; for the units of one item over time use stock_history. Returns the value by FIFO and by moving " +
    "average, one total a currency (minor units, net); detailed adds the items by SKU, with their whole units, in " +
    "pages. With from, also how the value got there: opening + received - cost_of_goods_sold - adjustments = " +
    "closing.",
  effect: "read",
  input: z.strictObject({
    as_of: isoDate.optional().describe("At the end of this day, YYYY-MM-DD, in UTC. Leave out for now."),
    from: isoDate
      .optional()
      .describe(
        "First day of the roll_forward, which covers all stock: not together with sku or supplier_id.",
      ),
    sku: sku.optional().describe("Only this item."),
    supplier_id: supplierId.optional().describe("Only items of this supplier, as they are assigned now."),
    ...responseFormat("concise returns totals only; detailed adds the items."),
    ...pageInput,
  }),
  output: z.strictObject({
    as_of: z.union([isoDate, instant]).describe("The day or the instant that the values hold for."),
    totals: z
      .array(valuationTotal)
      .describe("One total a currency, over all items of the filter; none for no stock."),
    items: z.array(valuationItem).describe("By SKU; empty in concise results."),
    roll_forward: z
      .array(rollForward)
      .optional()
      .describe("Only with from: one entry a method and currency."),
    next_cursor: z.string().optional().describe("Present when there are more; pass it as cursor."),
  }),
  async handler({ as_of, from, sku, supplier_id, response_format, limit, cursor }, call) {
    const to = as_of ?? isoDay(call.now);
    if (from !== undefined) requirePeriod({ from, to, isFiltered: (sku ?? supplier_id) !== undefined });
    const filter = {
      asOf: as_of,
      itemId: sku === undefined ? undefined : (await requireItem(call, sku)).id,
      supplierId: supplier_id === undefined ? undefined : (await requireSupplier(call, supplier_id)).id,
    };
    return {
      as_of: as_of ?? call.now.toISOString(),
      totals: await readTotals(call, filter),
      ...(from !== undefined && { roll_forward: await readRollForward(call, { from, to }) }),
      ...(response_format === "detailed" ? await listValued(call, filter, { limit, cursor }) : { items: [] }),
    };
  },
});

function requirePeriod({ from, to, isFiltered }: { from: string; to: string; isFiltered: boolean }): void {
  if (isFiltered) {
    throw new RingmainError("INPUT_INVALID", "from cannot go together with sku or supplier_id.", {
      hint: "The roll_forward covers all stock. For one item, list_movements with response_format detailed has the costs.",
    });
  }
  if (from > to) {
    throw new RingmainError("INPUT_INVALID", `from (${from}) is after ${to}.`, {
      hint: "Give the first day as from and the last one as as_of.",
    });
  }
}
