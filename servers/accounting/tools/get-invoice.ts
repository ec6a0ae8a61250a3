import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { linksOutput } from "../../../src/kit/links.ts";
import { defineTool } from "../define-tool.ts";
import { bankReference, entryId, invoiceId, invoiceRecord, outboxStatus, paymentId } from "../fields.ts";
import type { AccountingContext } from "../store/context.ts";
import { creditNotesOf } from "../store/credit-notes.ts";
import { remindersOf } from "../store/dunning.ts";
import { readInvoiceRecord } from "../store/invoice-view.ts";
import { requireInvoice, requireInvoiceByNumber } from "../store/invoices.ts";
import { settlementsOf } from "../store/settlements.ts";
import { writeOffsOf } from "../store/write-offs.ts";

export const getInvoice = defineTool({
  name: "get_invoice",
  title: "Get an invoice",
  description:
    "Read one invoice whole, by id or by number. Use it before you change, credit or explain an invoice; " +
    "list_invoices finds it. Returns its lines, the payments, refunds, credit notes and write-offs booked on it, " +
    "the reminders sent and the records it came from. Amounts are in minor units, quantities whole units.",
  effect: "read",
  input: z.strictObject({
    id: invoiceId.optional(),
    number: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe("INV-2026-0042 or DRAFT-0007, instead of id. Give exactly one of the two."),
    response_format: z
      .enum(["concise", "detailed"])
      .default("detailed")
      .describe("concise leaves out the lines."),
  }),
  output: invoiceRecord.extend({
    lines: invoiceRecord.shape.lines.optional().describe("Left out by response_format concise."),
    payments: z
      .array(
        z.strictObject({
          payment_id: paymentId,
          kind: z
            .enum(["payment", "refund", "release"])
            .describe(
              "refund: paid back to the customer. release: given back to the payment by a credit note.",
            ),
          allocated_on: isoDate,
          amount: money.describe(
            "What this invoice got; negative when a refund or credit note took it back.",
          ),
          bank_reference: bankReference,
        }),
      )
      .describe("In the order of their days."),
    credit_notes: z
      .array(
        z.strictObject({
          credit_note_id: z.string().describe("Id of the credit note."),
          number: z.string().describe("Its number, e.g. CN-2026-0001."),
          issued_on: isoDate.describe("Its day."),
          total: money.describe("Tax included."),
          reason: z.string().describe("Why, for the books."),
          entry_id: entryId,
        }),
      )
      .describe("What was taken back of it."),
    write_offs: z
      .array(
        z.strictObject({
          write_off_id: z.string().describe("Id of the write-off."),
          written_off_on: isoDate.describe("Its day."),
          amount: money.describe("What was given up."),
          reason: z.string().describe("Why, for the books."),
          entry_id: entryId.describe("reverse_entry takes it to undo the write-off."),
          reversed_by: z.string().optional().describe("Entry that reversed it."),
        }),
      )
      .describe("What was given up of it."),
    ...linksOutput,
    reminders: z
      .array(
        z.strictObject({
          level: z.int().describe("Dunning level, 1 to 3."),
          sent_on: isoDate.describe("Day on which it was written."),
          message_id: z.string().describe("Id of its message, which list_outbox shows."),
          outbox_status: outboxStatus,
        }),
      )
      .describe("The reminders sent, by level."),
  }),
  facts: z.strictObject({ customer_id: z.string(), state: z.string(), total: money, balance: money }),
  async resource(input, context) {
    const { customer_id, state, currency, total_minor, balance_minor } = await namedInvoice(context, input);
    const [total, balance] = [total_minor, balance_minor].map((minor) => ({ minor, currency }));
    return { customer_id, state, total, balance };
  },
  async handler({ response_format, ...named }, context) {
    const { id: found, currency } = await namedInvoice(context, named);
    const money = (minor: number) => ({ minor, currency });
    const { lines, ...record } = await readInvoiceRecord(context, found);
    const settlements = await settlementsOf(context, found);
    const creditNotes = await creditNotesOf(context, found);
    const writeOffs = await writeOffsOf(context, found);
    return {
      ...record,
      ...(response_format === "detailed" && { lines }),
      payments: settlements.flatMap(({ kind, payment_id, settled_on, amount_minor, bank_reference }) =>
        payment_id !== null && (kind === "payment" || kind === "refund" || kind === "release")
          ? [
              {
                payment_id,
                kind,
                allocated_on: settled_on,
                amount: money(amount_minor),
                bank_reference: bank_reference ?? "",
              },
            ]
          : [],
      ),
      credit_notes: creditNotes.map((note) => ({
        credit_note_id: note.id,
        number: note.number,
        issued_on: note.issued_on,
        total: money(note.total_minor),
        reason: note.reason,
        entry_id: note.entry_id,
      })),
      write_offs: writeOffs.map((one) => ({
        write_off_id: one.id,
        written_off_on: one.written_off_on,
        amount: money(one.amount_minor),
        reason: one.reason,
        entry_id: one.entry_id,
        reversed_by: one.reversed_by ?? undefined,
      })),
      links: await context.links(record.number),
      reminders: await remindersOf(context, found),
    };
  },
});

/** The invoice that is named by id or by number. Throws INPUT_INVALID unless one of them is given. */
async function namedInvoice(
  context: AccountingContext,
  { id, number }: { id?: string | undefined; number?: string | undefined },
) {
  if ((id === undefined) === (number === undefined)) {
    throw new RingmainError("INPUT_INVALID", "Give exactly one of id and number.", {
      hint: "list_invoices shows both.",
    });
  }
  return number === undefined ? requireInvoice(context, id ?? "") : requireInvoiceByNumber(context, number);
}
