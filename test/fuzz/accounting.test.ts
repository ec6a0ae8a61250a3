import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { definition } from "../../servers/accounting/definition.ts";
import { seed } from "../../servers/accounting/seed.ts";
import { expectSoundBooks } from "../unit/servers/accounting/sound-books.ts";
import { expectWhole, type FuzzPlan, fuzzTogether, fuzzTools, fuzzViews, oneOf } from "./fuzz-server.ts";
import { openWatched } from "./open-watched.ts";

const day = fc.integer({ min: 1, max: 22 }).map((day) => `2026-11-${String(day).padStart(2, "0")}`);
const amount = fc.record({
  minor: fc.integer({ min: 1, max: 5_000 }),
  currency: fc.constantFrom("EUR", "EUR", "GBP"),
});
const unique = fc.uuid();
const customer = (reader: DatabaseSync) => oneOf(reader, "SELECT id FROM accounting_customer");
const draft = (reader: DatabaseSync) =>
  oneOf(reader, "SELECT id FROM accounting_invoice WHERE state = 'draft'");
const open = (reader: DatabaseSync) =>
  oneOf(reader, "SELECT id FROM accounting_invoice WHERE state = 'open'");
const payment = (reader: DatabaseSync) =>
  oneOf(reader, "SELECT id FROM accounting_payment WHERE amount_minor > allocated_minor + refunded_minor");

function linesIn(currency: string) {
  const unit_price = fc.record({ minor: fc.nat({ max: 100_000 }), currency: fc.constant(currency) });
  const line = fc.record({
    description: fc.constantFrom("Mooring rope", "Survey"),
    quantity: fc.integer({ min: 1, max: 9 }),
    unit_price,
    discount_rate: fc.constantFrom("0", "0.15", "1"),
    tax_code: fc.constantFrom("none", "vat-19"),
  });
  return fc.array(line, { minLength: 1, maxLength: 3 });
}

const plan: FuzzPlan = {
  aliases: { tax_code: "tax_code_id", bank_account_id: "account_id" },
  meant: {
    create_invoice_draft: (reader) =>
      fc.record({ customer_id: customer(reader), reference: unique, lines: linesIn("EUR") }),
    update_invoice_draft: (reader) => fc.record({ invoice_id: draft(reader), lines: linesIn("GBP") }),
    void_invoice_draft: (reader) => fc.record({ invoice_id: draft(reader) }),
    post_invoice: (reader) => fc.record({ invoice_id: draft(reader) }),
    import_invoice: (reader) =>
      fc.constantFrom("EUR", "GBP").chain((currency) =>
        fc.record({
          external_id: unique,
          customer_id: customer(reader),
          issued_on: day,
          currency: fc.constant(currency),
          lines: linesIn(currency),
        }),
      ),
    create_credit_note: (reader) => fc.record({ invoice_id: open(reader), reason: fc.constant("Returned") }),
    record_payment: (reader) =>
      fc.record({
        customer_id: customer(reader),
        amount,
        received_on: day,
        bank_reference: unique,
        keep_unallocated: fc.boolean(),
      }),
    allocate_payment: (reader) => fc.record({ payment_id: payment(reader) }),
    refund_payment: (reader) =>
      fc.record({ payment_id: payment(reader), amount, reason: fc.constant("Paid twice") }),
    post_journal: () =>
      fc.record({ entry_on: day, memo: unique, amount }).map(({ amount, ...entry }) => ({
        ...entry,
        lines: [
          { account_id: "1000", debit: amount },
          { account_id: "4000", credit: amount },
        ],
      })),
  },
};

test("whatever the accounting server is called with, it answers or refuses, and never half", async () => {
  using server = await openWatched(definition, seed);
  const outcomes = await fuzzTools(server, plan);
  await fuzzTogether(server, plan);
  await fuzzViews(server);
  expectWhole(server);
  expectSoundBooks(server.reader);
  expect(Object.keys(outcomes)).toHaveLength(definition.tools.length);
});
