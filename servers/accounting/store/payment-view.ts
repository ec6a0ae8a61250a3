import { sql } from "kysely";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { AccountingContext } from "./context.ts";
import { type Allocation, unallocatedMinor } from "./payments.ts";
import type { PaymentRow } from "./tables.ts";

/** A payment row joined with the names of what it points to. */
interface PaymentWithNames extends PaymentRow {
  customer_name: string;
  account_name: string;
}

function selectPayments({ db }: AccountingContext) {
  return db
    .selectFrom("accounting_payment as payment")
    .innerJoin("accounting_customer as customer", "customer.id", "payment.customer_id")
    .innerJoin("accounting_account as account", "account.id", "payment.account_id")
    .selectAll("payment")
    .select(["customer.name as customer_name", "account.name as account_name"]);
}

/** Reads a payment back as tools return it. */
export async function readPaymentRecord(context: AccountingContext, id: string) {
  return paymentView(await selectPayments(context).where("payment.id", "=", id).executeTakeFirstOrThrow());
}

/** A payment as tools return it. */
export function paymentView(row: PaymentWithNames) {
  const { currency } = row;
  return {
    payment_id: row.id,
    customer_id: row.customer_id,
    customer_name: row.customer_name,
    amount: { minor: row.amount_minor, currency },
    received_on: row.received_on,
    bank_reference: row.bank_reference,
    bank_account_id: row.account_id,
    bank_account_name: row.account_name,
    exchange_rate: row.exchange_rate,
    refunded: { minor: row.refunded_minor, currency },
    unallocated: { minor: unallocatedMinor(row), currency },
    entry_id: row.entry_id,
    version: row.version,
  };
}

/** Refuses a change that was decided on another version of a payment. Throws CONFLICT with the payment as it is. */
export async function expectPaymentVersion(
  context: AccountingContext,
  { id, version }: PaymentRow,
  expected: number | undefined,
): Promise<void> {
  if (expected === undefined || expected === version) return;
  const record = await readPaymentRecord(context, id);
  expectVersion({ name: `Payment ${id}`, record, expected, readBy: "list_payments" });
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
  context: AccountingContext,
  input: {
    customerId?: string | undefined;
    unallocatedOnly: boolean;
    from?: string | undefined;
    to?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
) {
  let select = selectPayments(context)
    .orderBy("payment.received_on", "desc")
    .orderBy("payment.id", "desc")
    .limit(input.limit + 1);
  if (input.customerId !== undefined) select = select.where("payment.customer_id", "=", input.customerId);
  if (input.unallocatedOnly)
    select = select.where(
      sql<boolean>`payment.amount_minor > payment.allocated_minor + payment.refunded_minor`,
    );
  if (input.from !== undefined) select = select.where("payment.received_on", ">=", input.from);
  if (input.to !== undefined) select = select.where("payment.received_on", "<=", input.to);
  if (input.cursor !== undefined) {
    const [day, id] = decodeCursor("payments", input.cursor, 2);
    select = select.where(sql<boolean>`(payment.received_on, payment.id) < (${day}, ${id})`);
  }
  const rows = await select.execute();
  return pageOf("payments", rows, input.limit, (row) => [row.received_on, row.id]);
}
