import { describe, expect, it } from "vitest";
import { eur, openBooks, refusal, today } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

describe("record_payment", () => {
  it("pays the invoices due first and keeps the rest as a prepayment", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const later = await books.issued(id, "2026-09-20", 3_000);
    const sooner = await books.issued(id, "2026-08-20", 2_000);
    const other = await books.customer();
    await books.issued(other.id, "2026-01-01", 9_000);
    const payment = await books.paid(id, 6_000, { bank_reference: "STMT 7/3" });
    expect(payment).toMatchObject({
      customer_id: id,
      amount: eur(6_000),
      received_on: today,
      bank_reference: "STMT 7/3",
      allocated: [
        { invoice_id: sooner.id, number: sooner.number, amount: eur(2_000), balance: eur(0) },
        { invoice_id: later.id, number: later.number, amount: eur(3_000), balance: eur(0) },
      ],
      unallocated: eur(1_000),
      version: 1,
    });
    const tables = books.changes().map(({ table }) => table);
    expect(tables).toEqual([
      "accounting_entry",
      "accounting_payment",
      "accounting_settlement",
      "accounting_invoice",
      "accounting_settlement",
      "accounting_invoice",
    ]);
    const entry = `SELECT account_id, amount_minor FROM accounting_posting WHERE entry_id = '${payment.entry_id}' ORDER BY line`;
    expect(books.rows(entry)).toEqual([
      { account_id: "1000", amount_minor: 6_000 },
      { account_id: "1100", amount_minor: -5_000 },
      { account_id: "2100", amount_minor: -1_000 },
    ]);
    expectSoundBooks(books.database);
  });

  it("settles hundreds of invoices with one payment", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    for (let i = 0; i < 205; i += 1) await books.issued(id, "2026-09-01", 100);
    const payment = await books.paid(id, 20_450);
    expect(payment.allocated).toHaveLength(205);
    expect(payment.unallocated).toEqual(eur(0));
    expect(books.rows("SELECT sum(balance_minor) AS owed FROM accounting_invoice")).toEqual([{ owed: 50 }]);
    expectSoundBooks(books.database);
  });

  it("follows the division the caller asks for", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    await books.issued(id, "2026-08-20", 2_000);
    const chosen = await books.issued(id, "2026-09-20", 3_000);
    const payment = await books.paid(id, 2_500, {
      allocations: [{ invoice_id: chosen.id, amount: eur(1_500) }],
    });
    expect(payment).toMatchObject({
      allocated: [{ invoice_id: chosen.id, amount: eur(1_500), balance: eur(1_500) }],
      unallocated: eur(1_000),
    });
    expectSoundBooks(books.database);
  });

  it("keeps money that came before the invoice a prepayment until the invoice day", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    await books.issued(id, "2026-10-15", 3_000);
    await books.paid(id, 3_000, { received_on: "2026-10-01" });
    const balanceAt = async (asOf: string, account: string) => {
      const { accounts } = await books.call("report", { report: "trial_balance", to: asOf });
      const found = (accounts as { account_id: string; credit: { minor: number } }[]).find(
        ({ account_id }) => account_id === account,
      );
      return found?.credit.minor;
    };
    expect(await balanceAt("2026-10-14", "2100")).toBe(3_000);
    expect(await balanceAt("2026-10-14", "1100")).toBeUndefined();
    expect(await balanceAt("2026-10-15", "2100")).toBe(0);
    expectSoundBooks(books.database);
  });

  it("refuses a bank reference that was recorded before", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const { payment_id } = await books.paid(id, 100, { bank_reference: "STMT 1" });
    await expect(books.paid(id, 100, { bank_reference: "STMT 1" })).rejects.toMatchObject(
      refusal("CONFLICT", "This bank reference was recorded already", `duplicate_of: ${payment_id}`),
    );
  });

  it("refuses a division that does not fit", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const mine = await books.issued(id, "2026-08-20", 2_000);
    const theirs = await books.issued((await books.customer()).id, "2026-08-20", 2_000);
    const draft = await books.draft(id);
    const share = (invoice_id: string, minor: number, currency = "EUR") => ({
      invoice_id,
      amount: { minor, currency },
    });
    const attempts: [unknown[], ReturnType<typeof refusal>][] = [
      [[share("inv_none", 1)], refusal("NOT_FOUND", '"inv_none"', "list_invoices")],
      [[share(mine.id, 1), share(mine.id, 1)], refusal("INPUT_INVALID", "named twice", "allocations empty")],
      [[share(theirs.id, 1)], refusal("INPUT_INVALID", "another customer", "allocations empty")],
      [[share(mine.id, 1, "USD")], refusal("INPUT_INVALID", "is in USD, the payment in EUR", "allocations")],
      [[share(mine.id, 2_001)], refusal("STATE_INVALID", "owes 2000", "get_invoice")],
      [[share(draft.id, 1)], refusal("STATE_INVALID", "owes 0", "get_invoice")],
      [[share(mine.id, 5_001)], refusal("INPUT_INVALID", "add up to 5001", "allocations empty")],
    ];
    for (const [allocations, refused] of attempts) {
      await expect(books.paid(id, 5_000, { allocations })).rejects.toMatchObject(refused);
    }
    expect(books.rows("SELECT * FROM accounting_payment")).toEqual([]);
  });

  it("refuses money of the future, no money and unknown customers and currencies", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    await expect(books.paid(id, 1, { received_on: "2026-11-04" })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "future", today),
    );
    await expect(books.paid(id, 0)).rejects.toThrow();
    await expect(books.paid("cus_none", 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(books.paid(id, 1, { amount: { minor: 1, currency: "ABC" } })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "ISO 4217", "EUR"),
    );
  });
});

describe("an invoice of tomorrow", () => {
  it("takes no money before its day, so that a refund is dated on the day the cash moves", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const { id: invoice_id } = await books.issued(id, "2026-11-03", 1_000);
    const allocations = [{ invoice_id, amount: eur(1_000) }];
    const early = refusal("STATE_INVALID", "owes from 2026-11-03 on", "allocate_payment");
    await expect(books.paid(id, 1_000, { allocations })).rejects.toMatchObject(early);
    const { payment_id, ...paid } = await books.paid(id, 1_000);
    expect(paid).toMatchObject({ allocated: [], unallocated: eur(1_000) });
    const allocate = (more = {}) => books.call("allocate_payment", { payment_id, ...more });
    await expect(allocate({ allocations })).rejects.toMatchObject(early);
    await expect(allocate()).rejects.toMatchObject(refusal("STATE_INVALID", "no open invoice", "refund"));
    const refund = { payment_id, amount: eur(400), reason: "Paid too much" };
    expect(await books.call("refund_payment", refund)).toMatchObject({ refunded_on: today, reopened: [] });
    books.setNow("2026-11-03T08:00:00Z");
    expect(await allocate()).toMatchObject({
      allocated: [{ invoice_id, allocated_on: "2026-11-03", balance: eur(400) }],
    });
    expectSoundBooks(books.database);
  });

  it("is paid by the money of that day", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    await books.issued(id, "2026-11-03", 1_000);
    expect(await books.paid(id, 1_000, { received_on: "2026-11-03" })).toMatchObject({
      allocated: [{ allocated_on: "2026-11-03", balance: eur(0) }],
    });
  });
});

describe("refund_payment", () => {
  it("pays back the prepayment first, then takes from the invoice due last", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const sooner = await books.issued(id, "2026-08-20", 2_000);
    const later = await books.issued(id, "2026-09-20", 3_000);
    const { payment_id } = await books.paid(id, 6_000);
    const refund = await books.call("refund_payment", {
      payment_id,
      amount: eur(1_500),
      reason: "Twice paid",
    });
    expect(refund).toMatchObject({
      payment_id,
      customer_id: id,
      amount: eur(1_500),
      refunded_on: today,
      reopened: [{ invoice_id: later.id, amount: eur(500), balance: eur(500) }],
      refundable: eur(4_500),
      unallocated: eur(0),
      version: 2,
    });
    expectSoundBooks(books.database);
    await expect(
      books.call("refund_payment", { payment_id, amount: eur(1), reason: "x", expected_version: 1 }),
    ).rejects.toMatchObject(refusal("CONFLICT", "at version 2, not 1", '"refunded":{"minor":1500'));
    const rest = await books.call("refund_payment", { payment_id, amount: eur(4_500), reason: "All back" });
    expect(rest).toMatchObject({
      reopened: [
        { invoice_id: later.id, balance: eur(3_000) },
        { invoice_id: sooner.id, balance: eur(2_000) },
      ],
      refundable: eur(0),
    });
    expect(await books.call("get_invoice", { id: later.id })).toMatchObject({
      status: "overdue",
      payments: [{ amount: eur(3_000) }, { amount: eur(-500) }, { amount: eur(-2_500) }],
    });
    expectSoundBooks(books.database);
  });

  it("refuses more than is left, another currency and an unknown payment", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const { payment_id } = await books.paid(id, 1_000);
    const refund = (more: Record<string, unknown>) =>
      books.call("refund_payment", { payment_id, amount: eur(1), reason: "x", ...more });
    await expect(refund({ amount: eur(1_001) })).rejects.toMatchObject(
      refusal("STATE_INVALID", "1000 minor units left", "minor: 1000"),
    );
    await expect(refund({ amount: { minor: 1, currency: "USD" } })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "is in EUR", "in EUR"),
    );
    await expect(refund({ payment_id: "pay_none" })).rejects.toMatchObject(
      refusal("NOT_FOUND", '"pay_none"', "get_invoice"),
    );
  });
});
