import { z } from "zod";
import { definition } from "../../../../servers/accounting/definition.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";

/** Today in these tests, unless they move it. */
export const today = "2026-11-02";

export const eur = (minor: number) => ({ minor, currency: "EUR" });

export const usd = (minor: number) => ({ minor, currency: "USD" });

export const line = (minor: number, quantity = 1, more: Record<string, unknown> = {}) => ({
  sku: "ROPE-12",
  description: "Mooring rope",
  quantity,
  unit_price: eur(minor),
  ...more,
});

const withId = z.looseObject({ id: z.string(), number: z.string().default(""), version: z.number() });
const withPayment = z.looseObject({ payment_id: z.string() });

/** Empty books with shorthands for what most tests begin with. */
export async function openBooks(start = `${today}T08:00:00Z`) {
  const harness = await toolHarness(definition, start);
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  return {
    ...harness,
    /** Books in EUR that know what a dollar is worth. */
    async rate(rate: string, day = "2025-01-01", currency = "USD") {
      await harness.call("update_settings", { base_currency: "EUR" });
      await harness.call("set_exchange_rate", { currency, day, rate });
    },
    async customer(fields: Record<string, unknown> = {}) {
      const name = `Customer ${next()}`;
      const input = { external_id: name, name, email: "pay@customer.example", ...fields };
      return withId.parse(await harness.call("upsert_customer", input));
    },
    async draft(customerId: string, minor = 10_000, more: Record<string, unknown> = {}) {
      const input = { customer_id: customerId, reference: `DEAL-${next()}`, lines: [line(minor)], ...more };
      return withId.parse(await harness.call("create_invoice_draft", input));
    },
    async posted(customerId: string, minor = 10_000, more: Record<string, unknown> = {}) {
      const { id } = await this.draft(customerId, minor, more);
      return withId.parse(await harness.call("post_invoice", { invoice_id: id }));
    },
    /** An invoice of another day, by the import. */
    async issued(customerId: string, issuedOn: string, minor = 10_000, more: Record<string, unknown> = {}) {
      return withId.parse(
        await harness.call("import_invoice", {
          external_id: `order ${next()}`,
          customer_id: customerId,
          issued_on: issuedOn,
          currency: "EUR",
          lines: [line(minor)],
          ...more,
        }),
      );
    },
    async paid(customerId: string, minor: number, more: Record<string, unknown> = {}) {
      return withPayment.parse(
        await harness.call("record_payment", {
          customer_id: customerId,
          amount: eur(minor),
          received_on: today,
          bank_reference: `bank ${next()}`,
          ...more,
        }),
      );
    },
    rows: (sql: string) =>
      harness.database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
  };
}

/** Matches a RingmainError by its code and a part of its message and hint. */
export function refusal(code: string, message: string, hint: string) {
  return { code, message: expectText(message), hint: expectText(hint) };
}

function expectText(part: string) {
  return {
    asymmetricMatch: (text: unknown) => typeof text === "string" && text.includes(part),
    toString: () => `text with "${part}"`,
  };
}
