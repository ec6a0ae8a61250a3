import { z } from "zod";
import { currency, isoDate, money } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { businessDay, customerId } from "../fields.ts";
import { type AgeBuckets, agedByCustomer, agedTotals } from "../store/aged-receivables.ts";
import { requireCustomer } from "../store/customers.ts";

const buckets = {
  not_due: money.describe("Not due yet, or due today."),
  days_1_30: money.describe("1 to 30 days overdue."),
  days_31_60: money.describe("31 to 60 days overdue."),
  days_61_90: money.describe("61 to 90 days overdue."),
  over_90: money.describe("More than 90 days overdue."),
  total: money.describe("All of them together."),
};

export const agedReceivables = defineTool({
  name: "aged_receivables",
  title: "Aged receivables",
  description:
    "Report what customers owed at the end of a day (today, when left out) by how long it was overdue. Use it for " +
    "an overview of debts by customer; list_invoices shows the single invoices. Returns one page of customers and " +
    "currencies, the largest total first, with the totals over all pages: sums of open invoice balances in minor " +
    "units, equal to the receivables account of that day; currencies are never added together. Prepayments are " +
    "not taken off.",
  effect: "read",
  input: z.strictObject({
    as_of: businessDay.optional().describe("Last day counted, YYYY-MM-DD. Default: today in UTC."),
    customer_id: customerId.optional().describe("Only what this customer owed."),
    ...pageInput,
  }),
  output: page(
    z.strictObject({
      customer_id: customerId,
      customer_name: z.string().describe("Name of the customer."),
      ...buckets,
    }),
  ).extend({
    as_of: isoDate.describe("The day of the report."),
    totals: z
      .array(z.strictObject({ currency, ...buckets }))
      .describe("Over all customers, or the one asked for; not this page only."),
  }),
  async handler({ as_of, customer_id: customerId, ...page }, context) {
    const day = as_of ?? context.today;
    if (customerId !== undefined) await requireCustomer(context, customerId);
    const { rows, nextCursor } = await agedByCustomer(context, { asOf: day, customerId }, page);
    const totals = await agedTotals(context, { asOf: day, customerId });
    return {
      items: rows.map((row) => ({
        customer_id: row.customer_id,
        customer_name: row.customer_name,
        ...asMoney(row, row.currency),
      })),
      next_cursor: nextCursor,
      as_of: day,
      totals: totals.map((row) => ({ currency: row.currency, ...asMoney(row, row.currency) })),
    };
  },
});

function asMoney(row: AgeBuckets, currency: string) {
  return {
    not_due: { minor: row.not_due, currency },
    days_1_30: { minor: row.days_1_30, currency },
    days_31_60: { minor: row.days_31_60, currency },
    days_61_90: { minor: row.days_61_90, currency },
    over_90: { minor: row.over_90, currency },
    total: { minor: row.total, currency },
  };
}
