import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { businessDay, customerId, paymentRecord } from "../fields.ts";
import { requireCustomer } from "../store/customers.ts";
import { listPayments as listPage, paymentView } from "../store/payment-view.ts";

export const listPayments = defineTool({
  name: "list_payments",
  title: "List payments",
  description:
    "List money received, the latest first, by customer and day. Use it to find a payment for allocate_payment or " +
    "refund_payment. Returns one page: what arrived, and what of it is still unallocated, in minor units; follow " +
    "next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    customer_id: customerId.optional(),
    unallocated_only: z
      .boolean()
      .default(false)
      .describe("Only payments with money that no invoice took and that was not paid back."),
    received_from: businessDay.optional().describe("First day, included."),
    received_to: businessDay.optional().describe("Last day, included."),
    ...pageInput,
  }),
  output: page(paymentRecord),
  async handler(input, context) {
    requireDaysInOrder(["received_from", input.received_from], ["received_to", input.received_to]);
    if (input.customer_id !== undefined) await requireCustomer(context, input.customer_id);
    const { rows, nextCursor } = await listPage(context, {
      customerId: input.customer_id,
      unallocatedOnly: input.unallocated_only,
      from: input.received_from,
      to: input.received_to,
      limit: input.limit,
      cursor: input.cursor,
    });
    return { items: rows.map(paymentView), next_cursor: nextCursor };
  },
});
