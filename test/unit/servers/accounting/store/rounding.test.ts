import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalDecimal } from "../../../../../servers/accounting/store/decimals.ts";
import {
  lineAmount,
  lineTax,
  roundedQuotient,
  roundingModes,
} from "../../../../../servers/accounting/store/rounding.ts";

describe("roundedQuotient", () => {
  it.each([
    // dividend, divisor, half up, half even
    [5n, 2n, 3n, 2n],
    [7n, 2n, 4n, 4n],
    [1n, 2n, 1n, 0n],
    [-5n, 2n, -3n, -2n],
    [-1n, 2n, -1n, 0n],
    [24n, 10n, 2n, 2n],
    [26n, 10n, 3n, 3n],
    [20n, 10n, 2n, 2n],
    [0n, 7n, 0n, 0n],
  ])("divides %d by %d", (dividend, divisor, up, even) => {
    expect(roundedQuotient(dividend, divisor, "half_up")).toBe(up);
    expect(roundedQuotient(dividend, divisor, "half_even")).toBe(even);
  });
});

describe("lineAmount", () => {
  const rate = fc
    .record({
      places: fc.integer({ min: 1, max: 10 }),
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    .map(({ places, share }) => share.toFixed(places))
    .filter((text) => text.startsWith("0."));

  it("is the nearest whole number to the exact product, and on a tie the one the mode names", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.integer({ min: 0, max: 1_000_000_000_000 }),
        rate,
        fc.constantFrom(...roundingModes),
        (quantity, unitPriceMinor, discountRate, mode) => {
          const net = lineAmount({ quantity, unitPriceMinor, discountRate, mode });
          // exact, scaled by 10^places: net·scale must lie within half a unit of gross·(scale − digits)
          const places = discountRate.length - 2;
          const scale = 10n ** BigInt(places);
          const exact = BigInt(quantity) * BigInt(unitPriceMinor) * (scale - BigInt(discountRate.slice(2)));
          const twiceOff = 2n * (net * scale - exact);
          const distance = twiceOff < 0n ? -twiceOff : twiceOff;
          expect(distance <= scale).toBe(true);
          if (distance === scale) {
            if (mode === "half_up") expect(twiceOff > 0n).toBe(true);
            else expect(net % 2n).toBe(0n);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is gross without a discount and nothing with all of it", () => {
    for (const [discountRate, net] of [
      ["0", 375n],
      ["0.0", 375n],
      ["1", 0n],
      ["1.00", 0n],
    ] as const) {
      expect(lineAmount({ quantity: 3, unitPriceMinor: 125, discountRate, mode: "half_up" })).toBe(net);
    }
  });
});

describe("lineTax", () => {
  const amount = 1_000n;
  const rate = "0.19";

  it("puts the tax on top of a net price, and takes it out of one that includes it", () => {
    const rules = { amount, rate, mode: "half_up" as const };
    expect(lineTax({ ...rules, priceIncludesTax: false })).toEqual({ net: 1_000n, tax: 190n });
    // 1000 × 0.19 / 1.19 = 159.66
    expect(lineTax({ ...rules, priceIncludesTax: true })).toEqual({ net: 840n, tax: 160n });
  });

  it.each([
    ["half_up", 13n],
    ["half_even", 12n],
  ] as const)("rounds a half %s", (mode, tax) => {
    expect(lineTax({ amount: 50n, rate: "0.25", priceIncludesTax: false, mode }).tax).toBe(tax);
  });

  it("divides a price that includes tax without losing anything", () => {
    const rates = fc.constantFrom("0", "0.07", "0.19", "0.21", "0.055", "1");
    const amounts = fc.bigInt({ min: 0n, max: 1_000_000_000_000n });
    fc.assert(
      fc.property(amounts, rates, fc.constantFrom(...roundingModes), (amount, rate, mode) => {
        const { net, tax } = lineTax({ amount, rate, priceIncludesTax: true, mode });
        expect(net + tax).toBe(amount);
        // the tax on that net is the tax, but for the rounding
        const again = lineTax({ amount: net, rate, priceIncludesTax: false, mode }).tax;
        expect(again - tax >= -1n && again - tax <= 1n).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

it("normalDecimal drops trailing zeros", () => {
  expect(["0.0", "0.150", "1.00", "0", "1", "0.05", "0.10"].map(normalDecimal)).toEqual([
    "0",
    "0.15",
    "1",
    "0",
    "1",
    "0.05",
    "0.1",
  ]);
});
