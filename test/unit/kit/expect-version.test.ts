import { describe, expect, it } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";

function refusalOf(record: { version: number } | undefined, expected: number | undefined): RingmainError {
  try {
    expectVersion({ name: "Order PO-0007", record, expected, readBy: "get_purchase_order" });
  } catch (error) {
    if (error instanceof RingmainError) return error;
  }
  throw new Error("it passed");
}

describe("an expected version", () => {
  it("passes when it is the current one, or when none is given", () => {
    for (const expected of [undefined, 3]) {
      expectVersion({ name: "x", record: { version: 3 }, expected, readBy: "get_x" });
    }
    expectVersion({ name: "x", record: undefined, expected: undefined, readBy: "get_x" });
  });

  it("that is stale is a conflict which shows a small record whole", () => {
    const { code, message, hint } = refusalOf(
      { version: 3, ...{ status: "sent", lines: [{ sku: "A" }] } },
      2,
    );
    expect(code).toBe("CONFLICT");
    expect(message).toBe("Order PO-0007 is at version 3, not 2.");
    expect(hint).toContain('{"version":3,"status":"sent","lines":[{"sku":"A"}]}. If the change');
    expect(hint).toContain("expected_version 3");
  });

  it("that is stale shows a large record in short, and names the tool that reads it whole", () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => ({ sku: `ROPE-${index}`, quantity: 1 }));
    const note = "😀".repeat(500);
    const { hint = "" } = refusalOf({ version: 3, ...{ status: "sent", lines, note } }, 2);
    expect(hint).toContain('"status":"sent","lines":"1000 entries"');
    expect(hint).toContain("get_purchase_order shows it whole");
    expect(hint.length).toBeLessThan(800);
    expect(hint.isWellFormed()).toBe(true);
  });

  it("that is stale stays short however the record is large", () => {
    const wide = Object.fromEntries(Array.from({ length: 999 }, (_, index) => [`member_${index}`, index]));
    expect(refusalOf({ version: 3, ...wide }, 2).hint?.length).toBeLessThan(2_300);
  });

  it("of a record that is not there is no reason to add one", () => {
    expect(refusalOf(undefined, 1)).toMatchObject({
      code: "NOT_FOUND",
      hint: expect.stringContaining("Leave expected_version out to add it; get_purchase_order"),
    });
  });
});
