import { describe, expect, it } from "vitest";
import { z } from "zod";
import { yearAfter } from "../../../../servers/accounting/store/days.ts";
import { eur, line, openBooks, refusal, today, usd } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

const rent = (more: Record<string, unknown> = {}) => ({
  entry_on: "2026-10-05",
  memo: "Rent",
  lines: [
    { account_id: "5000", debit: eur(900) },
    { account_id: "1000", credit: eur(900) },
  ],
  ...more,
});

describe("post_journal", () => {
  it("posts a balanced entry and returns it as read back", async () => {
    const books = await openBooks();
    expect(await books.call("post_journal", rent())).toMatchObject({
      number: 1,
      kind: "journal",
      entry_on: "2026-10-05",
      postings: [
        { account_id: "5000", account_name: "Operating expenses", debit: eur(900), base_debit: eur(900) },
        { account_id: "1000", credit: eur(900), base_credit: eur(900) },
      ],
    });
    expectSoundBooks(books.database);
  });

  it("refuses one-sided lines, unequal sides in a currency, control accounts and unknown ones", async () => {
    const books = await openBooks();
    const lines = (...all: unknown[]) => books.call("post_journal", rent({ lines: all }));
    const bank = { account_id: "1000", credit: eur(900) };
    const attempts: [unknown, ReturnType<typeof refusal>][] = [
      [{ account_id: "5000" }, refusal("INPUT_INVALID", "exactly one side", "debit or credit")],
      [
        { account_id: "5000", debit: eur(9), credit: eur(9) },
        refusal("INPUT_INVALID", "exactly one", "two lines"),
      ],
      [{ account_id: "5000", debit: eur(899) }, refusal("INPUT_INVALID", "899 minor units", "account 1900")],
      [{ account_id: "5000", debit: usd(900) }, refusal("INPUT_INVALID", "add up to", "each currency")],
      [
        { account_id: "1100", debit: eur(900) },
        refusal("STATE_INVALID", "control account", "invoices, payments"),
      ],
      [{ account_id: "77", debit: eur(900) }, refusal("NOT_FOUND", '"77"', "upsert_account")],
    ];
    for (const [other, refused] of attempts) await expect(lines(other, bank)).rejects.toMatchObject(refused);
    expect(books.rows("SELECT * FROM accounting_entry")).toEqual([]);
  });

  it("exchanges currencies over account 1900 and keeps the base currency in balance", async () => {
    const books = await openBooks();
    await books.rate("0.9");
    const entry = await books.call("post_journal", {
      entry_on: today,
      memo: "Sold dollars",
      lines: [
        { account_id: "1000", credit: usd(10_000) },
        { account_id: "1900", debit: usd(10_000) },
        { account_id: "1000", debit: eur(9_100) },
        { account_id: "1900", credit: eur(9_100) },
      ],
    });
    expect(entry).toMatchObject({
      postings: [{ base_credit: eur(9_000) }, {}, { base_debit: eur(9_100) }, {}],
    });
    expectSoundBooks(books.database);
  });
});

describe("reverse_entry", () => {
  it("posts the exact opposite, once", async () => {
    const books = await openBooks();
    const { entry_id } = await books.call("post_journal", rent());
    const reversal = await books.call("reverse_entry", { entry_id, reason: "Wrong month" });
    expect(reversal).toMatchObject({
      entry_on: today,
      kind: "reversal",
      reverses: entry_id,
      memo: "Reversal of entry 1: Wrong month",
      postings: [
        { account_id: "5000", credit: eur(900) },
        { account_id: "1000", debit: eur(900) },
      ],
    });
    await expect(books.call("reverse_entry", { entry_id, reason: "Again" })).rejects.toMatchObject({
      ...refusal("CONFLICT", "reversed already", "once"),
      details: { duplicate_of: reversal.entry_id },
    });
    await expect(
      books.call("reverse_entry", { entry_id: reversal.entry_id, reason: "Back" }),
    ).rejects.toMatchObject(refusal("STATE_INVALID", "reversal entry", "post_journal"));
    expectSoundBooks(books.database);
  });

  it("refuses the entries of invoices and payments, and days before the entry", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const invoice = await books.posted(id);
    await expect(
      books.call("reverse_entry", { entry_id: invoice.entry_id, reason: "x" }),
    ).rejects.toMatchObject(refusal("STATE_INVALID", "invoice entry", "create_credit_note"));
    const { entry_id } = await books.call("post_journal", rent());
    await expect(
      books.call("reverse_entry", { entry_id, entry_on: "2026-10-04", reason: "x" }),
    ).rejects.toMatchObject(refusal("INPUT_INVALID", "before the entry", "2026-10-05"));
    await expect(books.call("reverse_entry", { entry_id: "ent_x", reason: "x" })).rejects.toMatchObject(
      refusal("NOT_FOUND", '"ent_x"', "general_ledger"),
    );
  });
});

describe("the day of an entry by hand", () => {
  it("is at most a year ahead, and so is that of its reversal, which is not before it", async () => {
    const books = await openBooks();
    const late = refusal("INPUT_INVALID", "more than a year ahead", "the latest possible day 2027-11-02");
    for (const entry_on of ["2062-11-02", "2027-11-03"]) {
      await expect(books.call("post_journal", rent({ entry_on }))).rejects.toMatchObject(late);
    }
    const { entry_id } = await books.call("post_journal", rent({ entry_on: "2027-11-02" }));
    const reverse = (more = {}) => books.call("reverse_entry", { entry_id, reason: "x", ...more });
    await expect(reverse({ entry_on: "2027-11-03" })).rejects.toMatchObject(late);
    expect(await reverse()).toMatchObject({ entry_on: "2027-11-02" });
  });

  it.each([
    ["2026-12-31", "2027-12-31"],
    ["2028-02-29", "2029-03-01"],
  ])("counts a year from %s to %s", (day, next) => {
    expect(yearAfter(day)).toBe(next);
  });
});

describe("close_period", () => {
  it("refuses every posting to a closed month, and closes in order", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    await books.call("post_journal", rent());
    await books.call("post_journal", rent({ entry_on: "2026-08-05" }));
    expect(await books.call("close_period", { month: "2026-10" })).toEqual({
      closed_through: "2026-10",
      entries: 2,
      version: 1,
    });
    const closed = refusal("STATE_INVALID", "closed to 2026-10", "2026-11-01");
    await expect(books.call("post_journal", rent({ entry_on: "2026-10-31" }))).rejects.toMatchObject(closed);
    await expect(books.issued(id, "2026-08-01")).rejects.toMatchObject(closed);
    await expect(books.paid(id, 100, { received_on: "2026-10-31" })).rejects.toMatchObject(closed);
    await expect(books.call("close_period", { month: "2026-09" })).rejects.toMatchObject(
      refusal("STATE_INVALID", "closed already", "2026-11"),
    );
    await expect(books.call("close_period", { month: "2026-11" })).rejects.toMatchObject(
      refusal("STATE_INVALID", "has not ended", "2026-10"),
    );
    const { entry_id } = await books.call("post_journal", rent({ entry_on: today }));
    await books.call("reverse_entry", { entry_id, reason: "x" });
    expect(await books.call("list_periods", { limit: 2 })).toMatchObject({
      items: [
        { month: "2026-11", status: "open", entries: 2 },
        { month: "2026-10", status: "closed", entries: 1 },
      ],
      closed_through: "2026-10",
    });
    const page = await books.call("list_periods", { limit: 2 });
    expect(await books.call("list_periods", { cursor: page.next_cursor })).toMatchObject({
      items: [{ month: "2026-08", status: "closed", entries: 1 }],
    });
    const months = async (status: string[]) => {
      const { items } = z
        .looseObject({ items: z.array(z.looseObject({ month: z.string() })) })
        .parse(await books.call("list_periods", { status }));
      return items.map(({ month }) => month);
    };
    expect(await months(["open"])).toEqual(["2026-11"]);
    expect(await months(["closed"])).toEqual(["2026-10", "2026-08"]);
    expect(await months(["closed", "open"])).toHaveLength(3);
  });

  it.each([
    [
      "INSERT INTO accounting_entry VALUES ('e', 9, '2026-09-30', 'journal', 'e', 'm', NULL, 0, 1, 't', 't')",
      "is closed",
    ],
    ["UPDATE accounting_period SET id = '2020-01'", "cannot be changed"],
    ["DELETE FROM accounting_period", "cannot be deleted"],
  ])("is kept by triggers: %s", async (statement, message) => {
    const books = await openBooks();
    await books.call("close_period", { month: "2026-09" });
    expect(() => books.database.exec(statement)).toThrow(message);
  });
});

describe("settings, accounts and rates", () => {
  it("sets the base currency only while the books are empty", async () => {
    const books = await openBooks();
    expect(await books.call("get_settings")).toEqual({ rounding: "half_up", version: 1 });
    const input = { base_currency: "USD", rounding: "half_even", expected_version: 1 };
    expect(await books.call("update_settings", input)).toEqual({
      base_currency: "USD",
      rounding: "half_even",
      version: 2,
    });
    await expect(books.call("update_settings", input)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(books.call("post_journal", rent())).rejects.toMatchObject(
      refusal("STATE_INVALID", "from EUR to USD is known on 2026-10-05", "set_exchange_rate"),
    );
    await books.call("post_journal", rent({ exchange_rates: [{ currency: "EUR", rate: "1.10" }] }));
    await expect(books.call("update_settings", { base_currency: "EUR" })).rejects.toMatchObject(
      refusal("STATE_INVALID", "base currency is USD", "empty"),
    );
    expect(() => books.database.exec("UPDATE accounting_setting SET base_currency = 'EUR'")).toThrow(
      "cannot be",
    );
  });

  it("stores rates by day and uses the last one before", async () => {
    const books = await openBooks();
    await expect(
      books.call("set_exchange_rate", { currency: "USD", day: today, rate: "0.9" }),
    ).rejects.toMatchObject(refusal("STATE_INVALID", "no base currency", "update_settings"));
    await books.rate("0.90", "2026-10-01");
    await books.rate("0.95", "2026-11-01");
    const changed = { currency: "USD", day: "2026-11-01", rate: "0.96", expected_version: 1 };
    expect(await books.call("set_exchange_rate", changed)).toMatchObject({ rate: "0.96", version: 2 });
    await expect(books.call("set_exchange_rate", changed)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await books.call("list_exchange_rates", { currency: "USD" })).toMatchObject({
      items: [
        { day: "2026-11-01", rate: "0.96" },
        { day: "2026-10-01", rate: "0.9" },
      ],
    });
    const { id } = await books.customer();
    const dollars = { currency: "USD", lines: [line(0, 1, { unit_price: usd(1_000) })] };
    expect(await books.issued(id, "2026-10-31", 0, dollars)).toMatchObject({ exchange_rate: "0.9" });
    const own = { ...dollars, exchange_rate: "0.80" };
    expect(await books.issued(id, "2026-10-31", 0, own)).toMatchObject({ exchange_rate: "0.8" });
    await expect(books.issued(id, "2026-09-30", 0, dollars)).rejects.toMatchObject({ code: "STATE_INVALID" });
  });

  it("makes and renames accounts, whose type stays", async () => {
    const books = await openBooks();
    const input = { id: "5200", name: "Rent", type: "expense" };
    expect(await books.call("upsert_account", input)).toMatchObject({
      ...input,
      control: false,
      created: true,
    });
    expect(await books.call("upsert_account", { ...input, name: "Office rent" })).toMatchObject({
      version: 2,
      created: false,
    });
    await expect(books.call("upsert_account", { ...input, type: "asset" })).rejects.toMatchObject(
      refusal("STATE_INVALID", "type expense", "another code"),
    );
    expect(await books.call("list_accounts", { type: ["expense"], limit: 2 })).toMatchObject({
      items: [{ id: "5000" }, { id: "5200", name: "Office rent" }],
    });
  });
});
