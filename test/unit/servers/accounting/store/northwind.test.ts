import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { priceLines } from "../../../../../servers/accounting/store/invoice-lines.ts";

const folder = new URL("../../../../../../shared/data/northwind/", import.meta.url);
const present = existsSync(folder);

const details = z.array(
  z.object({ OrderID: z.string(), UnitPrice: z.string(), Quantity: z.coerce.number(), Discount: z.string() }),
);

function readOrders() {
  const text = readFileSync(new URL("order_details.csv", folder), "utf8");
  return Map.groupBy(details.parse(parse(text, { columns: true })), (row) => row.OrderID);
}

/** "14" and "9.8" in cents, without floats. */
function cents(price: string): number {
  const [whole = "0", fraction = ""] = price.split(".");
  return Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
}

describe.skipIf(!present)(
  `the Northwind orders${present ? "" : " (skipped: ../shared/data/northwind is absent)"}`,
  () => {
    it.each([
      ["half_up", 126_579_329],
      ["half_even", 126_579_302],
    ] as const)("come to their net total, each line rounded %s", (mode, expected) => {
      const orders = readOrders();
      let total = 0;
      for (const rows of orders.values()) {
        const lines = rows.map((row) => ({
          description: "Product",
          quantity: row.Quantity,
          unit_price: { minor: cents(row.UnitPrice), currency: "EUR" },
          discount_rate: row.Discount,
          tax_code: "none",
          account_id: "4000",
        }));
        total += priceLines(lines, { mode, pricesIncludeTax: false, rateOf: () => "0" }).totalMinor;
      }
      expect(orders.size).toBe(830);
      expect(total).toBe(expected);
    });

    it("come to 1,265,793.0395 without rounding", () => {
      const exact = [...readOrders().values()].flat().reduce((sum, row) => {
        const [, fraction = "0"] = row.Discount.split(".");
        const kept = 100n - BigInt(fraction.padEnd(2, "0"));
        return sum + BigInt(cents(row.UnitPrice)) * BigInt(row.Quantity) * kept;
      }, 0n);
      expect(exact).toBe(12_657_930_395n);
    });
  },
);
