import fc from "fast-check";
import { expect, it } from "vitest";
import { RingmainError } from "../../../../src/core/errors.ts";
import { line, openBooks } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

type Books = Awaited<ReturnType<typeof openBooks>>;

const currency = fc.constantFrom("EUR", "USD");
const pick = fc.nat({ max: 1_000 });
/** October, when most of it happens, and days of November that are still to come. */
const day = fc
  .integer({ min: 0, max: 44 })
  .map((after) => new Date(Date.UTC(2026, 9, 1 + after)).toISOString().slice(0, 10));
const lines = fc.array(
  fc.record({
    price: fc.nat({ max: 5_000 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    discount_rate: fc.constantFrom("0", "0.05", "0.333", "1"),
  }),
  { minLength: 1, maxLength: 4 },
);

/** A part of what there is, in thousandths; a few ask for more than there is, or for nearly nothing. */
const part = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1_000, 1_100) },
);

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("draft" as const), customer: pick, currency, lines }) },
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
      day,
      minor: fc.integer({ min: 1, max: 60_000 }),
      to: fc.array(fc.record({ invoice: pick, part }), { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refund" as const), payment: pick, part }) },
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
  const tradeLines = (input: { currency: string; lines: Lines }) =>
    input.lines.map(({ price, quantity, discount_rate }) =>
      line(0, quantity, { discount_rate, unit_price: { minor: price, currency: input.currency } }),
    );
  switch (action.do) {
    case "draft":
      return books.call("create_invoice_draft", {
        customer_id: one("customer", action.customer).id,
        reference: "random",
        lines: tradeLines(action),
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
        allocations: action.to.map((share) => {
          const invoice = one("invoice", share.invoice, payable);
          const minor = partOf(invoice.balance_minor, share.part);
          return { invoice_id: invoice.id, amount: { minor, currency: action.currency } };
        }),
      });
    }
    case "refund": {
      const { id, amount_minor, currency = "EUR" } = one("payment", action.payment);
      const minor = partOf(amount_minor, action.part);
      return books.call("refund_payment", { payment_id: id, amount: { minor, currency }, reason: "random" });
    }
  }
}

it("keeps the books sound through any sequence of calls", async () => {
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 50, size: "max" }), async (steps) => {
      const books = await openBooks("2026-10-15T08:00:00Z");
      for (let i = 0; i < 2; i += 1) await books.customer();
      let now = Date.parse("2026-10-31T08:00:00Z");
      books.setNow(new Date(now).toISOString());
      for (const [count, action] of steps.entries()) {
        if (action.do === "tomorrow") {
          now += 86_400_000;
          books.setNow(new Date(now).toISOString());
          continue;
        }
        try {
          await callOf(books, action, count);
          done.set(action.do, (done.get(action.do) ?? 0) + 1);
        } catch (error) {
          // a refusal is an answer too; anything else is a fault of the server
          if (!(error instanceof RingmainError) || error.code === "INTERNAL") throw error;
        }
      }
      expectSoundBooks(books.database);
      const { balanced } = await books.call("trial_balance");
      expect(balanced).toBe(true);
    }),
    { numRuns: 60 },
  );
  // refusals alone would prove nothing: every operation succeeded often
  for (const name of ["draft", "post", "import", "pay", "refund"])
    expect(done.get(name), name).toBeGreaterThan(30);
});
