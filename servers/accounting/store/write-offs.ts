import { RingmainError } from "../../../src/core/errors.ts";
import { account } from "./accounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { addDays, latestDay } from "./days.ts";
import { postEntry } from "./ledger.ts";
import { requireNotBefore, requirePastDay } from "./refusals.ts";
import { readRounding } from "./settings.ts";
import { baseOfSettlement, settle } from "./settlements.ts";
import type { InvoiceRow, WriteOffRow } from "./tables.ts";

/**
 * Gives up a part of what an invoice owes: debit bad debts, credit receivables, at the rate of the invoice. Throws
 * STATE_INVALID for more than it owes.
 */
export async function bookWriteOff(
  context: AccountingContext,
  input: { invoice: InvoiceRow; minor: number; reason: string; day: string | undefined },
): Promise<{ row: WriteOffRow; balanceMinor: number }> {
  const { invoice, minor, reason } = input;
  const { today } = context;
  if (minor > invoice.balance_minor) {
    throw new RingmainError(
      "STATE_INVALID",
      `Invoice ${invoice.number} owes ${invoice.balance_minor} minor units, less than the ${minor} to write off.`,
      { hint: "Leave amount out to write off what is left." },
    );
  }
  const day = input.day ?? latestDay(today, invoice.settleable_on);
  requireNotBefore(day, {
    field: "written_off_on",
    first: invoice.settleable_on,
    reason: "the invoice came to owe it",
  });
  if (input.day !== undefined) {
    requirePastDay(day, { field: "written_off_on", today, tomorrow: addDays(today, 1) });
  }
  const { currency } = invoice;
  const baseMinor = baseOfSettlement(invoice, minor, await readRounding(context));
  const id = context.newId("wro");
  const entryId = await postEntry(context, {
    kind: "write_off",
    entryOn: day,
    sourceId: id,
    memo: `Write-off of invoice ${invoice.number}`,
    postings: [
      { account: account.badDebts, currency, minor, baseMinor },
      { account: account.receivables, currency, minor: -minor, baseMinor: 0 - baseMinor },
    ],
  });
  const row = await context.db
    .insertInto("accounting_write_off")
    .values({
      id,
      invoice_id: invoice.id,
      amount_minor: minor,
      base_minor: baseMinor,
      written_off_on: day,
      reason,
      entry_id: entryId,
      ...firstVersion(context),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_write_off", id, 1);
  const source = { kind: "write_off" as const, paymentId: null, sourceId: id, settledOn: day, entryId };
  const balanceMinor = await settle(context, { invoice, minor, baseMinor, ...source });
  return { row, balanceMinor };
}

/** The write-offs of an invoice, in the order of their days, with the entry that reversed one. */
export async function writeOffsOf({ db }: AccountingContext, invoiceId: string) {
  return await db
    .selectFrom("accounting_write_off as write_off")
    .leftJoin("accounting_entry as reversal", "reversal.reverses_id", "write_off.entry_id")
    .selectAll("write_off")
    .select("reversal.id as reversed_by")
    .where("write_off.invoice_id", "=", invoiceId)
    .orderBy("write_off.written_off_on")
    .orderBy("write_off.id")
    .execute();
}
