import { sql } from "kysely";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, encodeCursor } from "../../../src/kit/fields.ts";
import type { AccountingContext } from "./context.ts";
import { type Allocation, unallocatedMinor } from "./payments.ts";
import type { PaymentRow } from "./tables.ts";

/** A payment as tools return it. */
export function paymentView(row: PaymentRow) {
  const { currency } = row;
  return {
    payment_id: row.id,
    customer_id: row.customer_id,
    amount: { minor: row.amount_minor, currency },
    received_on: row.received_on,
    bank_reference: row.bank_reference,
    bank_account_id: row.account_id,
    exchange_rate: row.exchange_rate,
    refunded: { minor: row.refunded_minor, currency },
    unallocated: { minor: unallocatedMinor(row), currency },
    entry_id: row.entry_id,
    version: row.version,
  };
}

/** Refuses a change that was decided on another version of a payment. Throws CONFLICT with the payment as it is. */
export function expectPaymentVersion(row: PaymentRow, expected: number | undefined): void {
  expectVersion({ name: `Payment ${row.id}`, record: paymentView(row), expected, readBy: "list_payments" });
}

/** An allocation as tools return it. */
export function allocationView(one: Allocation, currency: string) {
  return {
    invoice_id: one.invoiceId,
    number: one.number,
    amount: { minor: one.minor, currency },
    allocated_on: one.allocatedOn,
    balance: { minor: one.balanceMinor, currency },
  };
}

/** One page of payments, the latest first. */
export async function listPayments(
  { db }: AccountingContext,
  input: {
    customerId?: string | undefined;
    unallocatedOnly: boolean;
    from?: string | undefined;
    to?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
) {
  let select = db
    .selectFrom("accounting_payment")
    .selectAll()
    .orderBy("received_on", "desc")
    .orderBy("id", "desc")
    .limit(input.limit + 1);
  if (input.customerId !== undefined) select = select.where("customer_id", "=", input.customerId);
  if (input.unallocatedOnly)
    select = select.where(sql<boolean>`amount_minor > allocated_minor + refunded_minor`);
  if (input.from !== undefined) select = select.where("received_on", ">=", input.from);
  if (input.to !== undefined) select = select.where("received_on", "<=", input.to);
  if (input.cursor !== undefined) {
    const [day, id] = decodeCursor(input.cursor, 2);
    select = select.where(sql<boolean>`(received_on, id) < (${day}, ${id})`);
  }
  const rows = await select.execute();
  const last = rows.length > input.limit ? rows[input.limit - 1] : undefined;
  return {
    rows: rows.slice(0, input.limit),
    nextCursor: last === undefined ? undefined : encodeCursor([last.received_on, last.id]),
  };
}
