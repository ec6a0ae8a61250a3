import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  baseOfPart,
  decimalsOf,
  divideAmong,
  toBase,
} from "../../../../../servers/accounting/store/base-amounts.ts";
import { roundingModes } from "../../../../../servers/accounting/store/rounding.ts";

describe("toBase", () => {
  it.each([
    // minor, currency, rate, base: minor units have the decimals of ISO 4217
    [10_000, "USD", "0.9213", "EUR", 9_213],
    [10_000, "JPY", "0.006117", "EUR", 6_117],
    [6_117, "EUR", "163.48", "JPY", 10_000],
    [1_000, "KWD", "3.25", "EUR", 325],
    [1, "JPY", "0.0001", "EUR", 0],
    [0, "USD", "0.9", "EUR", 0],
  ])("%i %s at %s in %s", (minor, currency, rate, baseCurrency, expected) => {
    expect(toBase(minor, { currency, rate, baseCurrency, mode: "half_up" })).toBe(expected);
  });

  it("refuses what these books cannot take", () => {
    const conversion = { currency: "JPY", rate: "9999999", baseCurrency: "EUR", mode: "half_up" } as const;
    expect(() => toBase(1_000_000_000_000, conversion)).toThrow(
      "more than the 1000000000000 that these books take",
    );
  });

  it("knows the decimals of currencies", () => {
    expect(["EUR", "JPY", "KWD"].map(decimalsOf)).toEqual([2, 0, 3]);
  });
});

const minor = fc.integer({ min: 0, max: 1_000_000_000_000 });

it("baseOfPart never decreases, and is nothing of nothing and all of the whole", () => {
  const mode = fc.constantFrom(...roundingModes);
  fc.assert(
    fc.property(
      minor,
      minor,
      fc.double({ min: 0, max: 1, noNaN: true }),
      mode,
      (whole, baseMinor, share, mode) => {
        const all = { minor: whole, baseMinor };
        const part = Math.floor(whole * share);
        const base = baseOfPart(all, part, mode);
        expect(base).toBeGreaterThanOrEqual(0);
        expect(base).toBeLessThanOrEqual(baseMinor);
        if (part > 0) expect(base).toBeGreaterThanOrEqual(baseOfPart(all, part - 1, mode));
        expect(baseOfPart(all, 0, mode)).toBe(0);
        if (whole > 0) expect(baseOfPart(all, whole, mode)).toBe(baseMinor);
      },
    ),
    { numRuns: 1_000 },
  );
});

it("divideAmong adds up, and gives no part more than it is", () => {
  const parts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(parts, fc.double({ min: 0, max: 1, noNaN: true }), (parts, share) => {
      const whole = parts.reduce((sum, part) => sum + part, 0);
      const amount = Math.floor(whole * share);
      const shares = divideAmong(amount, parts);
      expect(shares.reduce((sum, one) => sum + one, 0)).toBe(amount);
      for (const [index, one] of shares.entries()) {
        expect(one).toBeGreaterThanOrEqual(0);
        expect(one).toBeLessThanOrEqual(parts[index] ?? 0);
      }
    }),
    { numRuns: 2_000 },
  );
});
