import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { invoiceId, invoiceRecord, outboxStatus, paymentId } from "../fields.ts";
import { remindersOf } from "../store/dunning.ts";
import { readInvoiceRecord } from "../store/invoice-view.ts";
import { requireInvoice, requireInvoiceByNumber } from "../store/invoices.ts";
import { allocationsOf } from "../store/payments.ts";

export const getInvoice = defineTool({
  name: "get_invoice",
  title: "Get an invoice",
  description:
    "Read one invoice whole, by id or by number: its lines, the payments and refunds booked on it, and the reminders sent. Amounts are in minor units.",
  effect: "read",
  input: z.strictObject({
    id: invoiceId.optional(),
    number: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe("INV-2026-0042 or DRAFT-0007, instead of id. Give exactly one of the two."),
  }),
  output: invoiceRecord.extend({
    payments: z
      .array(
        z.strictObject({
          payment_id: paymentId,
          allocated_on: isoDate,
          amount: money.describe("What this invoice got; negative when a refund took it back."),
          bank_reference: z.string(),
        }),
      )
      .describe("In the order of their days."),
    reminders: z.array(
      z.strictObject({
        level: z.int().describe("Dunning level, 1 to 3."),
        sent_on: isoDate,
        message_id: z.string(),
        outbox_status: outboxStatus,
      }),
    ),
  }),
  async handler({ id, number }, context) {
    if ((id === undefined) === (number === undefined)) {
      throw new RingmainError("INPUT_INVALID", "Give exactly one of id and number.", {
        hint: "list_invoices shows both.",
      });
    }
    const { id: found, currency } =
      number === undefined
        ? await requireInvoice(context, id ?? "")
        : await requireInvoiceByNumber(context, number);
    const allocations = await allocationsOf(context, found);
    return {
      ...(await readInvoiceRecord(context, found)),
      payments: allocations.map(({ amount_minor, ...allocation }) => ({
        ...allocation,
        amount: { minor: amount_minor, currency },
      })),
      reminders: await remindersOf(context, found),
    };
  },
});
