import { describe, expect, it } from "vitest";
import { eur, line, openBooks, refusal, today, usd } from "./books.ts";

describe("aged_receivables", () => {
  it("sorts what is owed into buckets by customer and currency", async () => {
    const books = await openBooks();
    await books.rate("0.9");
    const { id: first } = await books.customer({ name: "First", payment_terms_days: 0 });
    const { id: second } = await books.customer({ name: "Second", payment_terms_days: 0 });
    // due today, and 1, 30, 31, 60, 61, 90 and 91 days ago
    const days = [
      "2026-11-02",
      "2026-11-01",
      "2026-10-03",
      "2026-10-02",
      "2026-09-03",
      "2026-09-02",
      "2026-08-04",
      "2026-08-03",
    ];
    for (const [index, day] of days.entries()) await books.issued(first, day, 10 ** index);
    await books.issued(second, "2026-10-30", 500);
    await books.issued(second, "2026-10-30", 0, {
      currency: "USD",
      lines: [line(0, 1, { unit_price: usd(700) })],
    });
    await books.draft(second);
    await books.paid(second, 200);
    const report = await books.call("aged_receivables");
    const owed = {
      not_due: eur(1),
      days_1_30: eur(110),
      days_31_60: eur(11_000),
      days_61_90: eur(1_100_000),
      over_90: eur(10_000_000),
      total: eur(11_111_111),
    };
    expect(report).toMatchObject({
      as_of: today,
      items: [
        { customer_id: first, customer_name: "First", ...owed },
        { customer_id: second, days_1_30: usd(700), total: usd(700) },
        { customer_id: second, days_1_30: eur(300), not_due: eur(0), total: eur(300) },
      ],
      totals: [
        { currency: "EUR", total: eur(11_111_411) },
        { currency: "USD", days_1_30: usd(700), total: usd(700) },
      ],
    });
    expect(await books.call("aged_receivables", { customer_id: first })).toMatchObject({
      items: [{ customer_id: first }],
      totals: [{ currency: "EUR", total: eur(11_111_111) }],
    });
    await expect(books.call("aged_receivables", { customer_id: "cus_none" })).rejects.toMatchObject(
      refusal("NOT_FOUND", "cus_none", "search_customers"),
    );
  });

  it("tells what was owed at the end of any day", async () => {
    const books = await openBooks();
    const { id } = await books.customer({ payment_terms_days: 10 });
    const invoice = await books.issued(id, "2026-08-01", 1_000);
    await books.issued(id, "2026-09-01", 500);
    await books.paid(id, 400, { received_on: "2026-09-15" });
    await books.call("create_credit_note", { invoice_id: invoice.id, amount: eur(600), reason: "x" });
    const at = (as_of: string) => books.call("aged_receivables", { as_of });
    expect(await at("2026-07-31")).toEqual({ as_of: "2026-07-31", items: [], totals: [] });
    expect(await at("2026-08-11")).toMatchObject({ totals: [{ not_due: eur(1_000), total: eur(1_000) }] });
    expect(await at("2026-09-14")).toMatchObject({
      totals: [{ days_31_60: eur(1_000), days_1_30: eur(500) }],
    });
    expect(await at("2026-09-15")).toMatchObject({ items: [{ days_31_60: eur(600), total: eur(1_100) }] });
    expect(await at(today)).toMatchObject({ totals: [{ days_31_60: eur(500), total: eur(500) }] });
  });

  it("pages through every customer once, also those that owe the same", async () => {
    const books = await openBooks();
    for (let i = 0; i < 5; i += 1) {
      const { id } = await books.customer();
      await books.issued(id, "2026-09-01", i < 3 ? 100 : 1_000);
    }
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await books.call("aged_receivables", { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...(page.items as { customer_id: string }[]).map((item) => item.customer_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  it("is empty for empty books", async () => {
    const books = await openBooks();
    expect(await books.call("aged_receivables")).toEqual({ as_of: today, items: [], totals: [] });
  });
});

describe("report trial_balance", () => {
  it("shows each account on its side, per currency, at the end of a day", async () => {
    const books = await openBooks();
    await books.rate("0.9");
    const { id } = await books.customer();
    await books.issued(id, "2026-10-01", 1_000);
    await books.issued(id, "2026-10-05", 0, {
      currency: "USD",
      lines: [line(0, 1, { unit_price: usd(700) })],
    });
    await books.paid(id, 1_200);
    const account = (account_id: string, debit: object, credit: object) => ({ account_id, debit, credit });
    expect(await books.call("report", { report: "trial_balance" })).toMatchObject({
      to: today,
      base_currency: "EUR",
      accounts: [
        account("1000", eur(1_200), eur(0)),
        account("1100", eur(0), eur(0)),
        account("1100", usd(700), usd(0)),
        account("2100", eur(0), eur(200)),
        account("4000", eur(0), eur(1_000)),
        account("4000", usd(0), usd(700)),
      ],
      totals: [
        { currency: "EUR", debit: eur(1_200), credit: eur(1_200) },
        { currency: "USD", debit: usd(700), credit: usd(700) },
      ],
      balanced: true,
    });
    expect(await books.call("report", { report: "trial_balance", to: "2026-10-04" })).toMatchObject({
      accounts: [account("1100", eur(1_000), eur(0)), account("4000", eur(0), eur(1_000))],
    });
    expect(await books.call("report", { report: "trial_balance", to: "2026-09-30" })).toMatchObject({
      accounts: [],
      totals: [],
      balanced: true,
    });
  });
});
