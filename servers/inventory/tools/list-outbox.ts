import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { isoDate } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { responseFormat, supplierId } from "../fields.ts";
import { messageRecord } from "../records.ts";
import { listOutbox } from "../store/outbox.ts";
import { requireSupplier } from "../store/suppliers.ts";
import { messageStatuses } from "../store/tables.ts";

/** Pages with text hold fewer messages: an order of 1,000 lines makes a long one, and a result stays under 1 MiB. */
const detailedLimit = 3;

export const listOutboxTool = defineTool({
  name: "list_outbox",
  title: "List the outbox",
  description:
    "Messages to suppliers, the newest first. Use it to see whether an order was mailed: queued (not delivered " +
    "yet), sent, failed or cancelled. A message without an address waits until the supplier has one " +
    "(upsert_supplier). Returns one page, with detailed the texts too; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    status: z.array(z.enum(messageStatuses)).min(1).optional().describe("Only these statuses."),
    supplier_id: supplierId.optional().describe("Only messages to this supplier."),
    created_from: isoDate.optional().describe("First day of queueing, YYYY-MM-DD, in UTC."),
    created_to: isoDate.optional().describe("Last day of queueing, YYYY-MM-DD, in UTC, included."),
    ...responseFormat(`detailed adds the text of each message; its pages hold at most ${detailedLimit}.`),
    ...pageInput,
  }),
  output: page(messageRecord),
  async handler({ response_format, limit, ...rest }, call) {
    requireDaysInOrder(["created_from", rest.created_from], ["created_to", rest.created_to]);
    if (rest.supplier_id !== undefined) await requireSupplier(call, rest.supplier_id);
    const detailed = response_format === "detailed";
    return await listOutbox(call, {
      ...rest,
      detailed,
      limit: detailed ? Math.min(limit, detailedLimit) : limit,
    });
  },
});
