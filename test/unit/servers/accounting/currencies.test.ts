import { expect, it } from "vitest";
import { eur, line, openBooks, today, usd } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

/** Books in EUR with an invoice over USD 1,000.00 at 0.90, and 0.95 from November on. */
async function dollarBooks() {
  const books = await openBooks();
  await books.rate("0.90", "2026-10-01");
  await books.rate("0.95", "2026-11-01");
  const { id } = await books.customer();
  const lines = [line(0, 1, { unit_price: usd(100_000) })];
  const invoice = await books.issued(id, "2026-10-10", 0, { currency: "USD", lines });
  /** Account by account: what stands in it in minor units of the euro. */
  const base = () =>
    Object.fromEntries(
      books
        .rows("SELECT account_id, sum(base_minor) AS minor FROM accounting_posting GROUP BY 1")
        .map((row) => [row.account_id, row.minor]),
    );
  return { ...books, customerId: id, invoice, base };
}

it("realises a gain when the payment is worth more than the invoice was", async () => {
  const books = await dollarBooks();
  await books.paid(books.customerId, 0, { amount: usd(40_000) });
  // 400 × (0.95 − 0.90)
  expect(books.base()).toEqual({ 1000: 38_000, 1100: 54_000, 4000: -90_000, 4900: -2_000 });
  await books.paid(books.customerId, 0, { amount: usd(60_000), exchange_rate: "0.85" });
  expect(books.base()).toEqual({ 1000: 89_000, 1100: 0, 4000: -90_000, 4900: -2_000, 5900: 3_000 });
  expectSoundBooks(books.database);
  expect(await books.call("report", { report: "profit_and_loss", to: "2026-11-30" })).toMatchObject({
    from: "2026-01-01",
    lines: [
      { account_id: "4000", amount: eur(90_000) },
      { account_id: "4900", amount: eur(2_000) },
      { account_id: "5900", amount: eur(3_000) },
    ],
    summary: { income: eur(92_000), expenses: eur(3_000), net_profit: eur(89_000) },
  });
  expect(await books.call("report", { report: "balance_sheet" })).toMatchObject({
    lines: [{ account_id: "1000", amount: eur(89_000) }],
    summary: { assets: eur(89_000), liabilities: eur(0), equity: eur(0), earnings: eur(89_000) },
    balanced: true,
  });
});

it("leaves no cent over, however often it is paid in part and paid back", async () => {
  const books = await dollarBooks();
  for (let i = 0; i < 7; i += 1) {
    const { payment_id } = await books.paid(books.customerId, 0, {
      amount: usd(14_286 + i),
      exchange_rate: `0.9${i}37`,
    });
    await books.call("refund_payment", {
      payment_id,
      amount: usd(3_333),
      reason: "x",
      exchange_rate: "0.91",
    });
  }
  await books.paid(books.customerId, 0, { amount: usd(100_000) });
  expect(books.base()[1100]).toBe(0);
  expect(await books.call("get_invoice", { id: books.invoice.id })).toMatchObject({ status: "paid" });
  expectSoundBooks(books.database);
});

it("credits and writes off at the rate of the invoice, without gain or loss", async () => {
  const books = await dollarBooks();
  const { id } = books.invoice;
  await books.call("create_credit_note", { invoice_id: id, amount: usd(25_000), reason: "x" });
  await books.call("write_off", { invoice_id: id, reason: "x" });
  expect(books.base()).toEqual({ 1100: 0, 4000: -67_500, 5800: 67_500 });
  expectSoundBooks(books.database);
});

it("realises the difference of a prepayment when it is allocated", async () => {
  const books = await dollarBooks();
  const amount = usd(50_000);
  const { payment_id } = await books.paid(books.customerId, 0, { amount, keep_unallocated: true });
  expect(books.base()).toMatchObject({ 1000: 47_500, 2100: -47_500 });
  await books.call("allocate_payment", { payment_id });
  expect(books.base()).toMatchObject({ 1100: 45_000, 2100: 0, 4900: -2_500 });
  expectSoundBooks(books.database);
});

it("an invoice owes again what was written off at its worth by now, when payments that were given back rounded otherwise", async () => {
  const books = await openBooks();
  await books.rate("0.9213");
  const { id } = await books.customer();
  const lines = [line(0, 1, { unit_price: usd(1_430) })];
  const invoice = await books.issued(id, today, 0, { currency: "USD", lines });
  const paid = await books.paid(id, 0, { amount: usd(488) });
  const off = await books.call("write_off", { invoice_id: invoice.id, amount: usd(184), reason: "Too old" });
  for (const minor of [468, 20])
    await books.call("refund_payment", {
      payment_id: paid.payment_id,
      amount: usd(minor),
      reason: "Returned",
    });
  await books.call("reverse_entry", { entry_id: off.entry_id, reason: "Paid after all" });
  expect(
    books.rows("SELECT balance_minor, base_balance_minor, base_total_minor FROM accounting_invoice"),
  ).toEqual([{ balance_minor: 1_430, base_balance_minor: 1_317, base_total_minor: 1_317 }]);
  expectSoundBooks(books.database);
});
