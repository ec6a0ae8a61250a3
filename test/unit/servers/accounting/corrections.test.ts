import { describe, expect, it } from "vitest";
import { eur, line, openBooks, refusal, today } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

const why = { reason: "Goods returned" };

async function booksWithTax() {
  const books = await openBooks();
  await books.call("upsert_tax_code", { id: "vat-19", name: "VAT 19 %", rate: "0.190" });
  await books.call("upsert_tax_code", { id: "vat-7", name: "VAT 7 %", rate: "0.07" });
  const { id: customer } = await books.customer();
  const post = (lines: unknown[], more: Record<string, unknown> = {}) =>
    books.posted(customer, 0, { lines, ...more });
  return { ...books, customerId: customer, post };
}

describe("tax", () => {
  it("comes on top of net prices and is booked to its account", async () => {
    const books = await booksWithTax();
    const lines = [line(1_000, 2, { tax_code: "vat-19" }), line(333, 1, { tax_code: "vat-7" }), line(50)];
    const invoice = await books.post(lines);
    expect(invoice).toMatchObject({
      net: eur(2_383),
      tax: eur(380 + 23),
      total: eur(2_786),
      prices_include_tax: false,
      lines: [{ tax_rate: "0.19", tax: eur(380) }, { tax: eur(23) }, { tax_code: "none", tax: eur(0) }],
    });
    expect(books.rows("SELECT account_id, amount_minor FROM accounting_posting ORDER BY line")).toEqual([
      { account_id: "1100", amount_minor: 2_786 },
      { account_id: "4000", amount_minor: -2_383 },
      { account_id: "2200", amount_minor: -403 },
    ]);
    expectSoundBooks(books.database);
  });

  it("is taken out of prices that include it, and lines may go to several income accounts", async () => {
    const books = await booksWithTax();
    await books.call("upsert_account", { id: "4100", name: "Service", type: "income" });
    const lines = [
      line(1_190, 1, { tax_code: "vat-19" }),
      line(1_070, 1, { tax_code: "vat-7", account_id: "4100" }),
    ];
    expect(await books.post(lines, { prices_include_tax: true })).toMatchObject({
      net: eur(2_000),
      tax: eur(260),
      total: eur(2_260),
    });
    expect(books.rows("SELECT account_id, amount_minor FROM accounting_posting ORDER BY line")).toEqual([
      { account_id: "1100", amount_minor: 2_260 },
      { account_id: "4000", amount_minor: -1_000 },
      { account_id: "4100", amount_minor: -1_000 },
      { account_id: "2200", amount_minor: -260 },
    ]);
  });

  it("keeps the rate that a line was priced with", async () => {
    const books = await booksWithTax();
    const draft = await books.draft(books.customerId, 0, { lines: [line(1_000, 1, { tax_code: "vat-19" })] });
    const changed = await books.call("upsert_tax_code", { id: "vat-19", rate: "0.16", expected_version: 1 });
    expect(changed).toMatchObject({ rate: "0.16", name: "VAT 19 %", version: 2, created: false });
    expect(await books.call("post_invoice", { invoice_id: draft.id })).toMatchObject({ tax: eur(190) });
  });

  it("refuses unknown codes and accounts with the valid ones", async () => {
    const books = await booksWithTax();
    await expect(books.post([line(1, 1, { tax_code: "vat-20" })])).rejects.toMatchObject(
      refusal("NOT_FOUND", '"vat-20"', "none, vat-19, vat-7"),
    );
    await expect(books.post([line(1, 1, { account_id: "9999" })])).rejects.toMatchObject(
      refusal("NOT_FOUND", '"9999"', "1000, 1100"),
    );
    await expect(books.post([line(1, 1, { account_id: "5000" })])).rejects.toMatchObject(
      refusal("STATE_INVALID", "type expense", "type income"),
    );
    await expect(books.call("upsert_tax_code", { id: "new" })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "needs a name and a rate", "0.19"),
    );
  });
});

describe("update_invoice_draft and void_invoice_draft", () => {
  it("changes what is given, prices new lines, and keeps the rest", async () => {
    const books = await booksWithTax();
    const draft = await books.draft(books.customerId, 500, { reference: "DEAL-9" });
    const input = { invoice_id: draft.id, lines: [line(700)], due_in_days: 3, expected_version: 1 };
    expect(await books.call("update_invoice_draft", input)).toMatchObject({
      id: draft.id,
      reference: "DEAL-9",
      total: eur(700),
      due_on: "2026-11-05",
      lines: [{ line: 1 }],
      version: 2,
    });
    await expect(books.call("update_invoice_draft", input)).rejects.toMatchObject(
      refusal("CONFLICT", "at version 2, not 1", "expected_version 2"),
    );
    await books.call("post_invoice", { invoice_id: draft.id });
    await expect(books.call("update_invoice_draft", { ...input, expected_version: 3 })).rejects.toMatchObject(
      refusal("STATE_INVALID", "posted already", "create_credit_note"),
    );
  });

  it("voids a draft for good", async () => {
    const books = await booksWithTax();
    const draft = await books.draft(books.customerId);
    expect(await books.call("void_invoice_draft", { invoice_id: draft.id })).toMatchObject({
      status: "void",
    });
    await expect(books.call("post_invoice", { invoice_id: draft.id })).rejects.toMatchObject({
      code: "STATE_INVALID",
    });
    expect(() => books.database.exec("UPDATE accounting_invoice SET state = 'draft'")).toThrow("cannot be");
    expectSoundBooks(books.database);
  });

  it("refuses the same invoice twice, unless it is meant", async () => {
    const books = await booksWithTax();
    const same = { reference: "DEAL-5" };
    const { id } = await books.draft(books.customerId, 100, same);
    await expect(books.draft(books.customerId, 100, same)).rejects.toMatchObject({
      ...refusal("CONFLICT", "DRAFT-0001", "allow_duplicate"),
      details: { duplicate_of: id },
    });
    await books.draft(books.customerId, 101, same);
    await books.draft(books.customerId, 100, { ...same, allow_duplicate: true });
  });
});

describe("create_credit_note", () => {
  it("takes back an unpaid invoice whole, its tax too, under a number of its own", async () => {
    const books = await booksWithTax();
    const invoice = await books.post([line(1_000, 1, { tax_code: "vat-19" }), line(200)]);
    expect(await books.call("create_credit_note", { invoice_id: invoice.id, ...why })).toMatchObject({
      number: "CN-2026-0001",
      net: eur(1_200),
      tax: eur(190),
      total: eur(1_390),
      balance: eur(0),
      released: [],
      issued_on: today,
    });
    const read = await books.call("get_invoice", { id: invoice.id });
    expect(read).toMatchObject({
      status: "paid",
      balance: eur(0),
      credit_notes: [{ number: "CN-2026-0001", total: eur(1_390), ...why }],
    });
    expect(read.links).toMatchObject([
      { ref: "CN-2026-0001", kind: "credit_note", direction: "to" },
      { ref: invoice.reference, kind: "invoice", direction: "from" },
    ]);
    await expect(books.call("create_credit_note", { invoice_id: invoice.id, ...why })).rejects.toMatchObject(
      refusal("STATE_INVALID", "in full already", "get_invoice"),
    );
    expectSoundBooks(books.database);
  });

  it("divides an amount among the lines, and credits lines step by step to exactly their tax", async () => {
    const books = await booksWithTax();
    const invoice = await books.post([line(1_000, 1, { tax_code: "vat-19" }), line(1_000)]);
    const credit = (more: Record<string, unknown>) =>
      books.call("create_credit_note", { invoice_id: invoice.id, ...why, ...more });
    expect(await credit({ amount: eur(219) })).toMatchObject({ net: eur(200), tax: eur(19) });
    for (let i = 0; i < 3; i += 1) await credit({ lines: [{ line: 1, amount: eur(333) }] });
    expect(await credit({ lines: [{ line: 1 }, { line: 2, amount: eur(1) }] })).toMatchObject({
      total: eur(1_190 - 119 - 999 + 1),
    });
    expect(books.rows("SELECT sum(tax_minor) AS tax FROM accounting_credit_note")).toEqual([{ tax: 190 }]);
    await expect(credit({ lines: [{ line: 1, amount: eur(1) }] })).rejects.toMatchObject(
      refusal("STATE_INVALID", "Line 1 of invoice INV-2026-0001 has 0", "at most what was invoiced"),
    );
    await expect(credit({ amount: eur(900) })).rejects.toMatchObject(
      refusal("STATE_INVALID", "has 899 minor units left", "at most what was invoiced"),
    );
    await expect(credit({ lines: [{ line: 7 }] })).rejects.toMatchObject(
      refusal("NOT_FOUND", "no line 7", "1 to 2"),
    );
    await expect(credit({ lines: [{ line: 2 }], amount: eur(1) })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "not both", "Leave both out"),
    );
    expectSoundBooks(books.database);
  });

  it("gives what was paid back to the payment, to be allocated or refunded", async () => {
    const books = await booksWithTax();
    const invoice = await books.issued(books.customerId, "2026-10-01", 1_000);
    const { payment_id } = await books.paid(books.customerId, 800);
    const note = await books.call("create_credit_note", { invoice_id: invoice.id, amount: eur(600), ...why });
    expect(note).toMatchObject({
      balance: eur(0),
      released: [{ payment_id, amount: eur(400), unallocated: eur(400) }],
    });
    const other = await books.issued(books.customerId, "2026-10-02", 300);
    expect(await books.call("allocate_payment", { payment_id })).toMatchObject({
      unallocated: eur(100),
      allocated: [{ invoice_id: other.id, amount: eur(300), allocated_on: today, balance: eur(0) }],
    });
    await books.call("refund_payment", { payment_id, amount: eur(100), reason: "Rest" });
    await expect(books.call("allocate_payment", { payment_id })).rejects.toMatchObject(
      refusal("STATE_INVALID", "nothing left", "refund_payment"),
    );
    expectSoundBooks(books.database);
  });

  it("refuses drafts, other currencies, days before the invoice, and what was written off", async () => {
    const books = await booksWithTax();
    const draft = await books.draft(books.customerId);
    const invoice = await books.post([line(1_000)]);
    const credit = (more: Record<string, unknown>) =>
      books.call("create_credit_note", { invoice_id: invoice.id, ...why, ...more });
    await expect(credit({ invoice_id: draft.id })).rejects.toMatchObject(
      refusal("STATE_INVALID", "is draft", "update_invoice_draft"),
    );
    await expect(credit({ amount: { minor: 1, currency: "USD" } })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "in EUR, not in USD", "in EUR"),
    );
    await expect(credit({ issued_on: "2026-11-01" })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "before the invoice", today),
    );
    await books.call("write_off", { invoice_id: invoice.id, amount: eur(400), ...why });
    await expect(credit({})).rejects.toMatchObject(
      refusal("STATE_INVALID", "400 minor units", "reverse_entry"),
    );
    expect(books.rows("SELECT last_number FROM accounting_series WHERE id GLOB 'CN*'")).toEqual([]);
  });
});

it("dates a credit note and a write-off on the day of an invoice of tomorrow, when no day is given", async () => {
  const books = await openBooks();
  const { id } = await books.customer();
  const { id: invoice_id } = await books.issued(id, "2026-11-03", 1_000);
  const part = { invoice_id, amount: eur(300), ...why };
  expect(await books.call("create_credit_note", part)).toMatchObject({ issued_on: "2026-11-03" });
  expect(await books.call("write_off", part)).toMatchObject({ written_off_on: "2026-11-03" });
  expectSoundBooks(books.database);
});

describe("write_off", () => {
  it("gives up the balance, and owes again when it is reversed", async () => {
    const books = await booksWithTax();
    const invoice = await books.post([line(1_000)]);
    await books.paid(books.customerId, 300);
    const off = await books.call("write_off", { invoice_id: invoice.id, reason: "Insolvent" });
    expect(off).toMatchObject({ amount: eur(700), balance: eur(0), written_off_on: today });
    await expect(books.call("write_off", { invoice_id: invoice.id, ...why })).rejects.toMatchObject(
      refusal("STATE_INVALID", "owes nothing", "list_invoices"),
    );
    const reversal = await books.call("reverse_entry", {
      entry_id: off.entry_id,
      reason: "They pay after all",
    });
    expect(reversal).toMatchObject({ kind: "reversal", reverses: off.entry_id });
    expect(await books.call("get_invoice", { id: invoice.id })).toMatchObject({
      status: "partly_paid",
      balance: eur(700),
      write_offs: [{ amount: eur(700), reversed_by: reversal.entry_id }],
    });
    const again = await books.call("write_off", { invoice_id: invoice.id, amount: eur(100), ...why });
    await expect(
      books.call("reverse_entry", { entry_id: again.entry_id, entry_on: "2026-11-04", ...why }),
    ).rejects.toMatchObject(refusal("INPUT_INVALID", "entry_on 2026-11-04 is in the future", today));
    await books.call("reverse_entry", { entry_id: again.entry_id, entry_on: "2026-11-03", ...why });
    await expect(
      books.call("write_off", { invoice_id: invoice.id, amount: eur(701), ...why }),
    ).rejects.toMatchObject(refusal("STATE_INVALID", "owes 700", "Leave amount out"));
    expectSoundBooks(books.database);
  });
});

describe("list_payments", () => {
  it("finds unallocated money of a customer, page by page", async () => {
    const books = await booksWithTax();
    const first = await books.paid(books.customerId, 100, { received_on: "2026-10-01" });
    const second = await books.paid(books.customerId, 200, { keep_unallocated: true });
    await books.paid((await books.customer()).id, 300);
    const list = (more: Record<string, unknown>) =>
      books.call("list_payments", { customer_id: books.customerId, unallocated_only: true, ...more });
    const page = await list({ limit: 1 });
    expect(page).toMatchObject({ items: [{ payment_id: second.payment_id, unallocated: eur(200) }] });
    expect(await list({ limit: 1, cursor: page.next_cursor })).toMatchObject({
      items: [{ payment_id: first.payment_id }],
    });
    expect(await list({ received_to: "2026-09-30" })).toEqual({ items: [] });
  });
});

describe("an invoice that owes again", () => {
  it("is settled only from the day on which it came to owe, so that no past day shows less than nothing", async () => {
    const books = await booksWithTax();
    const invoice = await books.issued(books.customerId, "2026-08-01", 1_000);
    const first = await books.paid(books.customerId, 1_000, { received_on: "2026-08-10" });
    await books.call("refund_payment", {
      payment_id: first.payment_id,
      amount: eur(1_000),
      reason: "Wrong account",
    });
    const backdated = { invoice_id: invoice.id, ...why };
    await expect(
      books.call("write_off", { ...backdated, written_off_on: "2026-09-01" }),
    ).rejects.toMatchObject(refusal("INPUT_INVALID", "before the invoice came to owe it", today));
    await expect(
      books.call("create_credit_note", { ...backdated, issued_on: "2026-09-01" }),
    ).rejects.toMatchObject(refusal("INPUT_INVALID", "before the invoice came to owe it", today));
    // money that came before is a prepayment until then
    expect(await books.paid(books.customerId, 1_000, { received_on: "2026-09-01" })).toMatchObject({
      allocated: [{ invoice_id: invoice.id, allocated_on: today, balance: eur(0) }],
    });
    const at = (as_of: string) => books.call("aged_receivables", { as_of });
    for (const day of ["2026-08-10", "2026-09-15", today])
      expect(await at(day)).toMatchObject({ totals: [] });
    expect(await at("2026-08-09")).toMatchObject({ totals: [{ total: eur(1_000) }] });
    expectSoundBooks(books.database);
  });
});
