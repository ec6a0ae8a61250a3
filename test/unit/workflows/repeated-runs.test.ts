import fc from "fast-check";
import { expect, test } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import type { Json } from "../../../src/core/json.ts";
import { propertyRuns, propertyTimeout } from "../../helpers/property-runs.ts";
import { type Crash, openShop, type Shop } from "./open-shop.ts";

const crashes = fc.array(fc.record({ call: fc.integer({ min: 1, max: 6 }), committed: fc.boolean() }), {
  maxLength: 2,
});
const units = fc.integer({ min: 1, max: 30 });
const pick = fc.nat({ max: 50 });

/** Does one call that may be refused; any other error is a fault. */
async function attempt(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RingmainError) || error.code === "INTERNAL") throw error;
  }
}

/** What became of the runs that failed. */
function failures(settled: readonly PromiseSettledResult<unknown>[]): string[] {
  return settled.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
}

const eur = (minor: number) => ({ minor, currency: "EUR" });

const change = fc.record({
  do: fc.constantFrom("ship", "release", "post", "void", "change", "count"),
  quantity: units,
});

/** Runs of one deal at the same time, and what people then do to it: only what follows a run can be done twice. */
const dealStep = fc.record({
  deal: pick,
  together: fc.array(fc.record({ process: fc.nat({ max: 1 }), crashes }), { minLength: 2, maxLength: 4 }),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});
type DealStep = typeof dealStep extends fc.Arbitrary<infer Step> ? Step : never;

test("a won deal makes one invoice and one reservation, however often it is run, together with itself or killed", {
  timeout: propertyTimeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(dealStep, { minLength: 2, maxLength: 5 }), async (steps) => {
      const shop = await openShop();
      const deals = await makeDeals(shop);
      const outputs = new Map<string, unknown>();
      let runs = 0;
      const runTogether = async (deal: Deal, together: DealStep["together"]) => {
        const settled = await Promise.allSettled(
          together.map(({ process, crashes }) => {
            runs += 1;
            const inputs = { deal_id: deal.id };
            return shop.run("won-deal-to-cash", { id: `run_${runs}`, inputs, process, crashes });
          }),
        );
        expect(failures(settled)).toEqual([]);
        for (const one of settled) {
          if (one.status === "rejected") continue;
          // the first run made them; all others say the same
          expect(one.value).toEqual(outputs.get(deal.id) ?? one.value);
          outputs.set(deal.id, one.value);
        }
      };
      for (const { deal: index, together, changes } of steps) {
        const deal = deals[index % deals.length];
        if (deal === undefined) continue;
        await runTogether(deal, together);
        for (const change of changes) await attempt(changeOf(shop, deal, change));
      }
      for (const deal of deals) await runTogether(deal, [{ process: 0, crashes: [] }]);
      const made = (table: string) =>
        shop.rows(`SELECT reference, count(*) AS count FROM ${table} GROUP BY reference ORDER BY reference`);
      const once = deals.map(({ ref }) => ({ reference: ref, count: 1 }));
      expect(made("accounting_invoice")).toEqual(once);
      expect(made("inventory_reservation")).toEqual(once);
      expect(shop.rows("SELECT crm_company_id FROM accounting_customer")).toHaveLength(deals.length);
      expect(shop.rows("SELECT about_id FROM crm_task GROUP BY about_id HAVING count(*) > 1")).toEqual([]);
      shop.close();
    }),
    propertyRuns(5),
  );
});

interface Deal {
  id: string;
  ref: string;
}

/** Two deals about the same stock, which is too little for both. */
async function makeDeals(shop: Shop): Promise<Deal[]> {
  await shop.call("crm.upsert_owner", { name: "Nina Roth", email: "nina@harbour.example" });
  await shop.call("inventory.upsert_item", {
    sku: "ROPE",
    name: "Rope",
    unit_cost: eur(160),
    opening: { location: "MAIN", on_hand: 40 },
  });
  const deals: Deal[] = [];
  for (const [name, quantity] of [
    ["Aster", 25],
    ["Birch", 30],
  ] as const) {
    const company = await shop.call("crm.upsert_company", { name, domain: `${name.toLowerCase()}.example` });
    const { id, ref } = await shop.call("crm.create_deal", {
      name: `Rope for ${name}`,
      company_id: company.id ?? "",
      lines: [lineOf(quantity)],
    });
    for (const stage of ["proposal", "won"]) await shop.call("crm.move_deal_stage", { id: id ?? "", stage });
    deals.push({ id: String(id), ref: String(ref) });
  }
  return deals;
}

function lineOf(quantity: number) {
  return { sku: "ROPE", description: "Rope", quantity, unit_price: eur(999) };
}

/** What people do to a deal and to what was made of it, between the runs. */
async function changeOf(shop: Shop, { id, ref }: Deal, step: DealStep["changes"][number]): Promise<unknown> {
  const idIn = (table: string): Json => {
    const [row] = shop.rows(`SELECT id FROM ${table} WHERE reference = '${ref}' ORDER BY id`);
    return String(row?.id ?? "none");
  };
  switch (step.do) {
    case "ship":
      return shop.call("inventory.ship_reservation", { reservation_id: idIn("inventory_reservation") });
    case "release":
      return shop.call("inventory.release_reservation", {
        reservation_id: idIn("inventory_reservation"),
        reason: "Changed",
      });
    case "post":
      return shop.call("accounting.post_invoice", { invoice_id: idIn("accounting_invoice") });
    case "void":
      return shop.call("accounting.void_invoice_draft", { invoice_id: idIn("accounting_invoice") });
    case "change":
      return shop.call("crm.update_deal", { id, lines: [lineOf(step.quantity)] });
    case "count":
      return shop.call("inventory.adjust_stock", {
        sku: "ROPE",
        location: "MAIN",
        quantity: step.quantity,
        reason: "Found",
      });
  }
}

const lowStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("run" as const), process: pick, crashes }) },
  fc.record({ do: fc.constant("take" as const), item: pick, quantity: units }),
  fc.record({ do: fc.constant("receive" as const), order: pick }),
  fc.record({ do: fc.constant("reserve" as const), item: pick, quantity: units }),
);

test("a low-stock run that is repeated, also after it was killed, makes no second order", {
  timeout: propertyTimeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lowStep, { minLength: 3, maxLength: 8 }), async (steps) => {
      const shop = await openShop();
      const skus = await makeItems(shop);
      const orders = () =>
        shop.rows(`SELECT number, status, item_id, ordered FROM inventory_purchase_order
          JOIN inventory_purchase_order_line ON purchase_order_id = id ORDER BY number, line_number`);
      let runs = 0;
      const order = async (run: { process: number; crashes: readonly Crash[] }) => {
        runs += 1;
        const { process, crashes } = run;
        const settled = await Promise.allSettled([
          shop.run("reorder-low-stock", { id: `run_${runs}`, process, crashes }),
        ]);
        expect(failures(settled)).toEqual([]);
      };
      for (const [index, step] of steps.entries()) {
        if (step.do === "run") {
          const low = lowNow(shop);
          const before = orders().length;
          await order(step);
          // what was low is ordered once, and a repeated run finds nothing to order
          const made = orders();
          expect(made.slice(before).map(({ item_id }) => item_id)).toEqual(expect.arrayContaining(low));
          expect(made).toHaveLength(before + low.length);
          await order({ process: step.process + 1, crashes: [] });
          expect(orders()).toEqual(made);
        } else await attempt(tradeOf(shop, skus, step, index));
      }
      // each order was sent once
      expect(
        shop.rows(`SELECT number FROM inventory_purchase_order WHERE (SELECT count(*) FROM inventory_outbox
          WHERE purchase_order_id = inventory_purchase_order.id) <> 1`),
      ).toEqual([]);
      shop.close();
    }),
    propertyRuns(4),
  );
});

/** The items that are low, by SQL that shares nothing with the store: nothing in here expires. */
function lowNow(shop: Shop): unknown[] {
  return shop
    .rows(`SELECT id FROM inventory_item AS item WHERE reorder_point >=
      (SELECT coalesce(sum(quantity), 0) FROM inventory_movement WHERE item_id = item.id)
      - (SELECT coalesce(sum(held), 0) FROM inventory_reservation_hold WHERE item_id = item.id)
      + (SELECT coalesce(sum(ordered - received), 0) FROM inventory_purchase_order_line WHERE item_id = item.id)`)
    .map(({ id }) => id);
}

/** Five items of two suppliers; some are low from the beginning. */
async function makeItems(shop: Shop): Promise<string[]> {
  const skus = ["A", "B", "C", "D", "E"];
  const suppliers: Json[] = [];
  for (const name of ["Ropery", "Chandler"]) {
    const email = `orders@${name.toLowerCase()}.example`;
    suppliers.push(
      (await shop.call("inventory.upsert_supplier", { external_id: name, name, email })).id ?? "",
    );
  }
  for (const [index, sku] of skus.entries()) {
    await shop.call("inventory.upsert_item", {
      sku,
      name: sku,
      supplier_id: suppliers[index % 2] ?? "",
      unit_cost: eur(160),
      reorder_point: 10,
      opening: { location: "MAIN", on_hand: 5 + 10 * index },
    });
  }
  return skus;
}

/** What happens to the stock between the runs. */
async function tradeOf(
  shop: Shop,
  skus: readonly string[],
  step: Exclude<typeof lowStep extends fc.Arbitrary<infer Step> ? Step : never, { do: "run" }>,
  index: number,
): Promise<unknown> {
  const sku = skus[("item" in step ? step.item : 0) % skus.length] ?? "";
  switch (step.do) {
    case "take":
      return shop.call("inventory.adjust_stock", {
        sku,
        location: "MAIN",
        quantity: -step.quantity,
        reason: "Broken",
      });
    case "reserve":
      return shop.call("inventory.reserve_stock", {
        reference: `R-${index}`,
        lines: [{ sku, quantity: step.quantity }],
      });
    case "receive": {
      const sent = shop.rows("SELECT id FROM inventory_purchase_order WHERE status = 'sent' ORDER BY number");
      const id = String(sent[step.order % Math.max(1, sent.length)]?.id ?? "none");
      return shop.call("inventory.receive_purchase_order", { purchase_order_id: id, location: "MAIN" });
    }
  }
}
