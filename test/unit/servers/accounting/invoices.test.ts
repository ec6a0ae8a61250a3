import { describe, expect, it } from "vitest";
import { eur, line, openBooks, refusal, today } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

describe("create_invoice_draft", () => {
  it("prices the lines and owes nothing yet", async () => {
    const books = await openBooks();
    const { id: customer_id } = await books.customer({
      name: "Holm",
      language: "de",
      payment_terms_days: 14,
    });
    const draft = await books.call("create_invoice_draft", {
      customer_id,
      reference: "DEAL-0031",
      lines: [
        line(1_250, 3, { discount_rate: "0.15" }),
        { description: "Splicing", quantity: 1, unit_price: eur(2_000) },
      ],
    });
    expect(draft).toMatchObject({
      number: "DRAFT-0001",
      status: "draft",
      reference: "DEAL-0031",
      issued_on: today,
      due_on: "2026-11-16",
      days_overdue: 0,
      next_reminder_level: 1,
      total: eur(3_188 + 2_000), // 3 × 12.50 × 0.85 = 31.875, half up
      balance: eur(0),
      customer: { id: customer_id, name: "Holm", language: "de" },
      version: 1,
      lines: [
        { line: 1, sku: "ROPE-12", discount_rate: "0.15", net: eur(3_188) },
        { line: 2, description: "Splicing", discount_rate: "0", net: eur(2_000) },
      ],
    });
    expect(books.changes()).toEqual([
      { table: "accounting_invoice", id: draft.id, version: 1 },
      { table: "link", id: "DEAL-0031 invoice DRAFT-0001", version: 1 },
    ]);
    expect(books.rows("SELECT * FROM accounting_entry")).toEqual([]);
  });

  it("rounds half even when the books say so", async () => {
    const books = await openBooks();
    await books.call("update_settings", { rounding: "half_even" });
    const { id } = await books.customer();
    const { total } = await books.draft(id, 0, { lines: [line(125, 1, { discount_rate: "0.1" })] });
    expect(total).toEqual(eur(112)); // 112.5
  });

  it("refuses an unknown customer, mixed currencies and amounts beyond the books", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    await expect(books.draft("cus_none")).rejects.toMatchObject(
      refusal("NOT_FOUND", '"cus_none"', "search_customers"),
    );
    const mixed = [line(100), line(100, 1, { unit_price: { minor: 100, currency: "USD" } })];
    await expect(books.draft(id, 0, { lines: mixed })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "EUR, USD", "one invoice for each currency"),
    );
    await expect(books.draft(id, 0, { lines: [line(1_000_000_000_000, 2)] })).rejects.toMatchObject(
      refusal("INPUT_INVALID", "2000000000000 minor units is more than the 1000000000000", "cents"),
    );
    await expect(books.draft(id, 1_000_000_000_001)).rejects.toThrow("1000000000000");
    await expect(books.paid(id, 1_000_000_000_001)).rejects.toThrow("1000000000000");
  });

  it.each([
    { lines: [] },
    { lines: [line(-1)] },
    { lines: [line(1, 0)] },
    { lines: [line(1, 1, { discount_rate: "1.5" })] },
    { lines: [line(1, 1, { discount_rate: "0,5" })] },
    { lines: [line(1, 1, { colour: "red" })] },
    { reference: "" },
  ])("refuses malformed input %j", async (more) => {
    const books = await openBooks();
    const { id } = await books.customer();
    await expect(books.draft(id, 100, more)).rejects.toThrow();
    expect(books.rows("SELECT * FROM accounting_invoice")).toEqual([]);
  });
});

describe("post_invoice", () => {
  it("numbers the invoice, dates it today and writes its entry", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const draft = await books.draft(id, 10_000, { due_in_days: 10 });
    books.setNow("2026-12-30T23:30:00Z");
    const posted = await books.call("post_invoice", { invoice_id: draft.id, expected_version: 1 });
    expect(posted).toMatchObject({
      id: draft.id,
      number: "INV-2026-0001",
      draft_number: "DRAFT-0001",
      status: "open",
      issued_on: "2026-12-30",
      due_on: "2027-01-09",
      balance: eur(10_000),
      posted_at: "2026-12-30T23:30:00.000Z",
      version: 2,
    });
    expect(books.changes()).toEqual([
      // the first posting decides on the base currency
      { table: "accounting_setting", id: "books", version: 2 },
      { table: "accounting_entry", id: posted.entry_id, version: 1 },
      { table: "accounting_invoice", id: draft.id, version: 2 },
      { table: "link", id: `${draft.reference} invoice DRAFT-0001`, version: 0 },
      { table: "link", id: `${draft.reference} invoice INV-2026-0001`, version: 1 },
    ]);
    expect(books.rows("SELECT account_id, amount_minor FROM accounting_posting ORDER BY line")).toEqual([
      { account_id: "1100", amount_minor: 10_000 },
      { account_id: "4000", amount_minor: -10_000 },
    ]);
    books.setNow("2027-01-01T00:00:00Z");
    expect(await books.posted(id)).toMatchObject({ number: "INV-2027-0001" });
  });

  it("refuses a posted invoice, a stale version, an invoice of zero and an unknown one", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const posted = await books.posted(id);
    await expect(books.call("post_invoice", { invoice_id: posted.id })).rejects.toMatchObject(
      refusal("STATE_INVALID", "INV-2026-0001 is posted already", "status [draft]"),
    );
    const draft = await books.draft(id);
    await expect(
      books.call("post_invoice", { invoice_id: draft.id, expected_version: 9 }),
    ).rejects.toMatchObject(refusal("CONFLICT", "at version 1, not 9", "expected_version 1"));
    const lines = Array.from({ length: 40 }, () => line(500));
    const long = await books.draft(id, 0, { lines });
    await expect(
      books.call("update_invoice_draft", { invoice_id: long.id, expected_version: 2 }),
    ).rejects.toMatchObject({
      ...refusal("CONFLICT", `${long.number} is at version 1`, '"total":{"minor":20000,"currency":"EUR"}'),
      hint: expect.stringMatching(
        /^.{0,1000}"lines":"40 entries".{0,300}get_invoice shows it whole.{0,200}$/,
      ),
    });
    const free = await books.draft(id, 500, { lines: [line(500, 1, { discount_rate: "1" })] });
    await expect(books.call("post_invoice", { invoice_id: free.id })).rejects.toMatchObject(
      refusal("STATE_INVALID", "zero", "above zero"),
    );
    await expect(books.call("post_invoice", { invoice_id: "inv_none" })).rejects.toMatchObject(
      refusal("NOT_FOUND", '"inv_none"', "list_invoices"),
    );
    // the refusals used up no number
    expect(await books.posted(id)).toMatchObject({ number: "INV-2026-0002" });
  });
});

describe("import_invoice", () => {
  const order = {
    external_id: "10248",
    customer_external_id: "VINET",
    issued_on: "2025-01-04",
    currency: "EUR",
    lines: [line(1_400, 12, { discount_rate: "0.0" })],
  };

  it("records the invoice as posted on its own day, in its own series", async () => {
    const books = await openBooks();
    const { id } = await books.customer({ external_id: "VINET" });
    const invoice = await books.call("import_invoice", order);
    expect(invoice).toMatchObject({
      number: "IMP-2025-0001",
      reference: "10248",
      external_id: "10248",
      status: "overdue",
      issued_on: "2025-01-04",
      due_on: "2025-02-03",
      total: eur(16_800),
      balance: eur(16_800),
      customer: { id },
      version: 1,
    });
    expect(books.rows("SELECT entry_on FROM accounting_entry")).toEqual([{ entry_on: "2025-01-04" }]);
    expect(books.rows("SELECT last_number FROM accounting_series WHERE id = 'DRAFT'")).toEqual([]);
    expect(
      await books.call("import_invoice", { ...order, external_id: "10249", due_on: "2025-01-04" }),
    ).toMatchObject({ number: "IMP-2025-0002", due_on: "2025-01-04" });
    expectSoundBooks(books.database);
  });

  it("refuses the same external_id again and names the first", async () => {
    const books = await openBooks();
    await books.customer({ external_id: "VINET" });
    const { id } = await books.call("import_invoice", order);
    await expect(books.call("import_invoice", order)).rejects.toMatchObject({
      ...refusal("CONFLICT", "IMP-2025-0001", `duplicate_of: ${id}`),
      details: { duplicate_of: id },
    });
    expect(books.rows("SELECT count(*) AS n FROM accounting_invoice")).toEqual([{ n: 1 }]);
  });

  it("refuses both or no customer key, a strange customer, a due day before, another currency", async () => {
    const books = await openBooks();
    const { id } = await books.customer({ external_id: "VINET" });
    const { customer_external_id: _, ...nobody } = order;
    const attempts: [Record<string, unknown>, ReturnType<typeof refusal>][] = [
      [{ ...order, customer_id: id }, refusal("INPUT_INVALID", "exactly one", "search_customers")],
      [nobody, refusal("INPUT_INVALID", "exactly one", "search_customers")],
      [{ ...order, customer_external_id: "NOBODY" }, refusal("NOT_FOUND", '"NOBODY"', "upsert_customer")],
      [{ ...order, due_on: "2025-01-03" }, refusal("INPUT_INVALID", "before issued_on", "payment terms")],
      [
        { ...order, currency: "USD" },
        refusal("INPUT_INVALID", "in EUR, the invoice in USD", "same currency"),
      ],
    ];
    for (const [input, refused] of attempts) {
      await expect(books.call("import_invoice", input)).rejects.toMatchObject(refused);
    }
    expect(books.rows("SELECT * FROM accounting_series")).toEqual([]);
  });
});

describe("the day of an imported invoice", () => {
  it("is today or earlier, or tomorrow, which it may be where the caller is", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    for (const day of ["2062-11-02", "2026-11-04"]) {
      await expect(books.issued(id, day)).rejects.toMatchObject(
        refusal("INPUT_INVALID", `issued_on ${day} is in the future`, today),
      );
    }
    expect(await books.issued(id, "2026-11-03")).toMatchObject({ issued_on: "2026-11-03" });
  });
});

describe("get_invoice", () => {
  it("shows lines, payments and reminders, by id, number or former draft number", async () => {
    const books = await openBooks();
    const { id: customer } = await books.customer();
    const invoice = await books.issued(customer, "2026-09-01");
    const payment = await books.paid(customer, 4_000);
    await books.call("send_reminder", { invoice_id: invoice.id, level: 1, subject: "Hello", body: "Please" });
    const read = await books.call("get_invoice", { id: invoice.id });
    expect(read).toMatchObject({
      status: "overdue",
      days_overdue: 32,
      next_reminder_level: 2,
      balance: eur(6_000),
      payments: [{ payment_id: payment.payment_id, allocated_on: today, amount: eur(4_000) }],
      reminders: [{ level: 1, sent_on: today, outbox_status: "queued" }],
    });
    expect(await books.call("get_invoice", { number: invoice.number })).toEqual(read);
    const posted = await books.posted(customer);
    expect(await books.call("get_invoice", { number: "DRAFT-0001" })).toMatchObject({ id: posted.id });
  });

  it("refuses an unknown number, and both or neither key", async () => {
    const books = await openBooks();
    await expect(books.call("get_invoice", { number: "INV-1" })).rejects.toMatchObject(
      refusal("NOT_FOUND", '"INV-1"', "list_invoices"),
    );
    await expect(books.call("post_invoice", { invoice_id: "DRAFT-0001" })).rejects.toMatchObject(
      refusal("NOT_FOUND", '"DRAFT-0001"', "get_invoice with number"),
    );
    for (const input of [{}, { id: "a", number: "b" }]) {
      await expect(books.call("get_invoice", input)).rejects.toMatchObject(
        refusal("INPUT_INVALID", "exactly one", "list_invoices"),
      );
    }
  });
});
