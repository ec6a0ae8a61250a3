import fc from "fast-check";
import { expect, it } from "vitest";
import { RingmainError } from "../../../../src/core/errors.ts";
import { line, openBooks } from "./books.ts";
import { expectSoundBooks } from "./sound-books.ts";

type Books = Awaited<ReturnType<typeof openBooks>>;

const currency = fc.constantFrom("EUR", "USD");
const pick = fc.nat({ max: 1_000 });
const day = fc.integer({ min: 1, max: 30 }).map((number) => `2026-10-${String(number).padStart(2, "0")}`);
const lines = fc.array(
  fc.record({
    price: fc.nat({ max: 5_000 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    discount_rate: fc.constantFrom("0", "0.05", "0.333", "1"),
  }),
  { minLength: 1, maxLength: 4 },
);

const step = fc.oneof(
  fc.record({ do: fc.constant("draft" as const), customer: pick, currency, lines }),
  fc.record({ do: fc.constant("post" as const), invoice: pick }),
  fc.record({
    do: fc.constant("import" as const),
    customer: pick,
    currency,
    lines,
    day,
    again: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("pay" as const),
    customer: pick,
    currency,
    day,
    minor: fc.integer({ min: 1, max: 60_000 }),
    to: fc.array(fc.record({ invoice: pick, minor: fc.integer({ min: 1, max: 20_000 }) }), { maxLength: 3 }),
  }),
  fc.record({
    do: fc.constant("refund" as const),
    payment: pick,
    minor: fc.integer({ min: 1, max: 40_000 }),
  }),
  fc.record({ do: fc.constant("tomorrow" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Makes the tool call of one random step; the indexes wrap around what is there. */
function callOf(books: Books, action: Exclude<Step, { do: "tomorrow" }>, count: number) {
  const one = (table: string, index: number) => {
    const rows = books.rows(`SELECT id FROM accounting_${table} ORDER BY rowid`);
    return String(rows[index % Math.max(1, rows.length)]?.id ?? "none");
  };
  const tradeLines = (input: {
    currency: string;
    lines: typeof lines extends fc.Arbitrary<infer V> ? V : never;
  }) =>
    input.lines.map(({ price, quantity, discount_rate }) =>
      line(0, quantity, { discount_rate, unit_price: { minor: price, currency: input.currency } }),
    );
  switch (action.do) {
    case "draft":
      return books.call("create_invoice_draft", {
        customer_id: one("customer", action.customer),
        reference: "random",
        lines: tradeLines(action),
      });
    case "post":
      return books.call("post_invoice", { invoice_id: one("invoice", action.invoice) });
    case "import":
      return books.call("import_invoice", {
        external_id: action.again ? "the same" : `order ${count}`,
        customer_id: one("customer", action.customer),
        issued_on: action.day,
        currency: action.currency,
        lines: tradeLines(action),
      });
    case "pay":
      return books.call("record_payment", {
        customer_id: one("customer", action.customer),
        amount: { minor: action.minor, currency: action.currency },
        received_on: action.day,
        bank_reference: `bank ${count}`,
        allocations: action.to.map(({ invoice, minor }) => ({
          invoice_id: one("invoice", invoice),
          amount: { minor, currency: action.currency },
        })),
      });
    case "refund":
      return books.call("refund_payment", {
        payment_id: one("payment", action.payment),
        amount: { minor: action.minor, currency: "EUR" },
        reason: "random",
      });
  }
}

it("keeps the books sound through any sequence of calls", async () => {
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
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
  // the sequences did reach every operation
  for (const name of ["draft", "post", "import", "pay", "refund"]) expect(done.get(name)).toBeGreaterThan(5);
});
