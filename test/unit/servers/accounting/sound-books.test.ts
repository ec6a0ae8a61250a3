import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { RingmainError } from "../../../../src/core/errors.ts";
import { propertyRuns, propertyTimeout } from "../../../helpers/property-runs.ts";
import { line, openBooks } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

type Books = Awaited<ReturnType<typeof openBooks>>;

const currency = fc.constantFrom("EUR", "EUR", "USD", "USD", "JPY");
const pick = fc.nat({ max: 1_000 });
/** A day from so many days after the first of October to so many. */
const dayBetween = (min: number, max: number) =>
  fc.integer({ min, max }).map((after) => new Date(Date.UTC(2026, 9, 1 + after)).toISOString().slice(0, 10));
/** October, when most of it happens, some days before, and days of November that are still to come. */
const day = fc.oneof(
  { weight: 5, arbitrary: dayBetween(0, 44) },
  { weight: 1, arbitrary: dayBetween(-40, -1) },
);
const lines = fc.array(
  fc.record({
    price: fc.nat({ max: 5_000 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    discount_rate: fc.constantFrom("0", "0.05", "0.333", "1"),
    tax_code: fc.constantFrom("none", "vat-19", "vat-7"),
    account_id: fc.constantFrom("4000", "4000", "4100"),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Mostly today, as people leave it. */
const maybeDay = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: day });
/** October and early November: most of these days are over. */
const pastDay = dayBetween(0, 34);

/** A part of what there is, in thousandths; a few ask for more than there is, or for nearly nothing. */
const part = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1_000, 1_100, 1_500, 3_000) },
);

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("draft" as const),
      customer: pick,
      currency,
      lines,
      gross: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("post" as const), invoice: pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("import" as const),
      customer: pick,
      currency,
      lines,
      day,
      again: fc.integer({ max: 4, min: 0 }).map((number) => number === 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("pay" as const),
      customer: pick,
      currency,
      day: pastDay,
      minor: fc.integer({ min: 1, max: 120_000 }),
      keep: fc.boolean(),
      to: fc.array(fc.record({ invoice: pick, part }), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refund" as const), payment: pick, part }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("allocate" as const),
      payment: pick,
      to: fc.array(fc.record({ invoice: pick, part }), { maxLength: 2 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("credit" as const),
      invoice: pick,
      part,
      line: pick,
      day: maybeDay,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("write-off" as const), invoice: pick, part, day: maybeDay }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("journal" as const),
      currency,
      day,
      minor: fc.integer({ min: 1, max: 9_999 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reverse" as const), entry: pick, day: maybeDay }) },
  fc.record({ do: fc.constant("rate" as const), day, rate: fc.integer({ min: 1, max: 30_000 }), currency }),
  fc.record({
    do: fc.constant("close" as const),
    month: fc.constantFrom("2026-08", "2026-09", "2026-09", "2026-10"),
  }),
  fc.record({ do: fc.constant("tomorrow" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Lines = typeof lines extends fc.Arbitrary<infer Value> ? Value : never;

/** Makes the tool call of one random step; the indexes wrap around what is there. */
function callOf(books: Books, action: Exclude<Step, { do: "tomorrow" }>, count: number) {
  const one = (table: string, index: number, where = "true") => {
    const rows = books.rows(`SELECT * FROM accounting_${table} WHERE ${where} ORDER BY rowid`);
    return rows[index % Math.max(1, rows.length)] ?? { id: "none" };
  };
  const partOf = (whole: unknown, thousandths: number) =>
    Math.max(1, Math.floor((Number(whole ?? 0) * thousandths) / 1_000));
  /** An invoice and a part of its balance; or one that is paid in part, and a part of its total, which may be more. */
  const shareOf = (share: { invoice: number; part: number }, payable: string) => {
    const inPart = share.invoice % 3 === 0;
    const invoice = one(
      "invoice",
      share.invoice,
      inPart ? `${payable} AND balance_minor BETWEEN 1 AND total_minor - 1` : payable,
    );
    const minor = partOf(inPart ? invoice.total_minor : invoice.balance_minor, share.part);
    return { invoice, minor };
  };
  const tradeLines = (input: { currency: string; lines: Lines }) =>
    input.lines.map(({ price, quantity, ...more }) =>
      line(0, quantity, { ...more, unit_price: { minor: price, currency: input.currency } }),
    );
  switch (action.do) {
    case "draft":
      return books.call("create_invoice_draft", {
        customer_id: one("customer", action.customer).id,
        reference: `random ${count}`,
        lines: tradeLines(action),
        prices_include_tax: action.gross,
      });
    case "post":
      return books.call("post_invoice", {
        invoice_id: one("invoice", action.invoice, action.invoice % 5 === 0 ? "true" : "state = 'draft'").id,
      });
    case "import":
      return books.call("import_invoice", {
        external_id: action.again ? "the same" : `order ${count}`,
        customer_id: one("customer", action.customer).id,
        issued_on: action.day,
        currency: action.currency,
        lines: tradeLines(action),
      });
    case "pay": {
      const { id } = one("customer", action.customer);
      const payable = `customer_id = '${id}' AND currency = '${action.currency}' AND state <> 'paid'`;
      return books.call("record_payment", {
        customer_id: id,
        amount: { minor: action.minor, currency: action.currency },
        received_on: action.day,
        bank_reference: `bank ${count}`,
        keep_unallocated: action.keep,
        allocations: action.keep
          ? []
          : action.to.map((share) => {
              const { invoice, minor } = shareOf(share, payable);
              return { invoice_id: invoice.id, amount: { minor, currency: action.currency } };
            }),
      });
    }
    case "allocate": {
      const payment = one(
        "payment",
        action.payment,
        `allocated_minor + refunded_minor < amount_minor AND EXISTS (SELECT 1 FROM accounting_invoice AS i
          WHERE i.state = 'open' AND i.customer_id = accounting_payment.customer_id
          AND i.currency = accounting_payment.currency)`,
      );
      const payable = `customer_id = '${payment.customer_id}' AND currency = '${payment.currency}' AND state = 'open'`;
      return books.call("allocate_payment", {
        payment_id: payment.id,
        allocations: action.to.map((share) => {
          const { invoice, minor } = shareOf(share, payable);
          return { invoice_id: invoice.id, amount: { minor, currency: String(payment.currency ?? "EUR") } };
        }),
      });
    }
    case "credit": {
      // mostly the first few invoices, so that the same one, and the same line of it, is credited again
      const index = action.invoice % 5 === 0 ? action.invoice : action.invoice % 3;
      const { id, total_minor, currency = "EUR" } = one("invoice", index, "entry_id IS NOT NULL");
      const amount = { minor: partOf(total_minor, action.part), currency };
      const byLine = action.line % 3 !== 0;
      const number = 1 + (action.line % 2);
      const [credited] = books.rows(
        `SELECT net_minor + tax_minor AS minor FROM accounting_invoice_line WHERE invoice_id = '${id}' AND line = ${number}`,
      );
      const partOfLine = { minor: partOf(credited?.minor, action.part), currency };
      const ofLine = { line: number, ...(action.line % 4 !== 0 && { amount: partOfLine }) };
      return books.call("create_credit_note", {
        invoice_id: id,
        reason: "random",
        ...(action.day !== undefined && { issued_on: action.day }),
        ...(byLine ? { lines: [ofLine] } : { amount }),
      });
    }
    case "write-off": {
      const { id, balance_minor, currency = "EUR" } = one("invoice", action.invoice, "state = 'open'");
      return books.call("write_off", {
        invoice_id: id,
        amount: { minor: partOf(balance_minor, action.part), currency },
        reason: "random",
        ...(action.day !== undefined && { written_off_on: action.day }),
      });
    }
    case "journal": {
      const side = (minor: number) => ({ minor, currency: action.currency });
      const third = Math.max(1, Math.floor(action.minor / 3));
      const rest = action.minor - third;
      return books.call("post_journal", {
        entry_on: action.day,
        memo: "random",
        lines: [
          { account_id: "5000", debit: side(action.minor) },
          { account_id: "1000", credit: side(third) },
          ...(rest > 1 ? [{ account_id: "2200", credit: side(rest - 1) }] : []),
          ...(rest > 0 ? [{ account_id: "2210", credit: side(1) }] : []),
        ],
      });
    }
    case "reverse": {
      const { id } = one(
        "entry",
        action.entry,
        action.entry % 7 === 0 ? "true" : "kind IN ('journal', 'write_off')",
      );
      return books.call("reverse_entry", {
        entry_id: id,
        reason: "random",
        ...(action.day !== undefined && { entry_on: action.day }),
      });
    }
    case "rate":
      return books.call("set_exchange_rate", {
        currency: action.currency,
        day: action.day,
        rate: (action.rate / 10_000).toFixed(4),
      });
    case "close":
      return books.call("close_period", { month: action.month });
    case "refund": {
      const { id, amount_minor, currency = "EUR" } = one("payment", action.payment);
      const minor = partOf(amount_minor, action.part);
      return books.call("refund_payment", { payment_id: id, amount: { minor, currency }, reason: "random" });
    }
  }
}

const rounding = fc.constantFrom("half_up", "half_even");

it("keeps the books sound through any sequence of calls", { timeout: propertyTimeout }, async () => {
  const done = new Map<string, number>();
  const sequence = fc.array(step, { minLength: 50, maxLength: 110, size: "max" });
  await fc.assert(
    fc.asyncProperty(sequence, rounding, async (steps, rounding) => {
      const books = await openBooks("2026-10-15T08:00:00Z");
      await setUp(books, rounding);
      let now = Date.parse("2026-10-31T08:00:00Z");
      books.setNow(new Date(now).toISOString());
      const closed: [month: string, content: unknown][] = [];
      for (const [count, action] of steps.entries()) {
        if (action.do === "tomorrow") {
          now += 86_400_000;
          books.setNow(new Date(now).toISOString());
          continue;
        }
        try {
          await callOf(books, action, count);
          done.set(action.do, (done.get(action.do) ?? 0) + 1);
          if (action.do === "close") closed.push([action.month, postedTo(books, action.month)]);
        } catch (error) {
          // a refusal is an answer too; anything else is a fault of the server
          if (!(error instanceof RingmainError) || error.code === "INTERNAL") throw error;
        }
      }
      expectSoundBooks(books.database);
      // nothing was posted to a month after it was closed
      for (const [month, content] of closed) expect(postedTo(books, month)).toEqual(content);
      await expectReportsAgree(books, new Date(now).toISOString().slice(0, 10));
    }),
    propertyRuns(30),
  );
  // refusals alone would prove nothing: every operation succeeded often
  const often = [
    "draft",
    "post",
    "import",
    "pay",
    "refund",
    "allocate",
    "credit",
    "write-off",
    "journal",
    "reverse",
  ];
  for (const name of often) expect(done.get(name), name).toBeGreaterThan(8);
  expect(done.get("close")).toBeGreaterThan(1);
});

async function setUp(books: Books, rounding: string): Promise<void> {
  await books.call("update_settings", { rounding });
  await books.rate("0.9213", "2026-09-01", "USD");
  await books.rate("0.006117", "2026-09-01", "JPY");
  await books.call("upsert_tax_code", { id: "vat-19", name: "VAT 19 %", rate: "0.19" });
  await books.call("upsert_account", { id: "4100", name: "Sales abroad", type: "income" });
  await books.call("upsert_account", { id: "2210", name: "Reduced tax on sales", type: "liability" });
  await books.call("upsert_tax_code", { id: "vat-7", name: "VAT 7 %", rate: "0.07", account_id: "2210" });
  for (let i = 0; i < 2; i += 1) {
    const { id } = await books.customer();
    // something to pay, credit and give up from the first step on
    for (const [index, currency] of ["EUR", "USD"].entries()) {
      const unit_price = { minor: 7_777 + index, currency };
      const lines = [line(0, 3, { unit_price, tax_code: "vat-19" }), line(0, 1, { unit_price })];
      await books.issued(id, "2026-10-01", 0, { currency, lines });
    }
  }
}

function postedTo(books: Books, month: string) {
  return books.rows(
    `SELECT * FROM accounting_posting WHERE entry_on < '${month}-99' ORDER BY entry_id, line`,
  );
}

const owed = z.looseObject({
  totals: z.array(z.object({ currency: z.string(), total: z.object({ minor: z.number() }) })),
});
const balances = z.looseObject({
  accounts: z
    .array(
      z.looseObject({
        account_id: z.string(),
        currency: z.string(),
        debit: z.object({ minor: z.number() }),
        credit: z.object({ minor: z.number() }),
      }),
    )
    .default([]),
  balanced: z.boolean().default(true),
});

/** At several days: the trial balance adds up, and its receivables are what the aged receivables say. */
async function expectReportsAgree(books: Books, today: string): Promise<void> {
  for (const day of ["2026-09-30", "2026-10-10", "2026-10-31", today, "2027-06-01"]) {
    const { accounts, balanced } = balances.parse(
      await books.call("report", { report: "trial_balance", to: day, limit: 100 }),
    );
    expect(balanced).toBe(true);
    const receivables = accounts
      .filter(({ account_id }) => account_id === "1100")
      .map(({ currency, debit, credit }) => ({ currency, minor: debit.minor - credit.minor }))
      .filter(({ minor }) => minor !== 0);
    const { totals } = owed.parse(await books.call("aged_receivables", { as_of: day }));
    expect(totals.map(({ currency, total }) => ({ currency, minor: total.minor }))).toEqual(receivables);
    expect((await books.call("report", { report: "balance_sheet", to: day })).balanced ?? true).toBe(true);
  }
}
