import { createHmac, createSecretKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeadSeal } from "../../../src/audit/head-mac.ts";
import { propertyRuns } from "../../helpers/property-runs.ts";

const secret = Buffer.alloc(32, 7);
const seal = createHeadSeal(createSecretKey(secret));
const heads = fc.record({
  size: fc.integer({ min: 1, max: 2 ** 40 }),
  frontier: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 40 }).map(Buffer.concat),
});

describe("the code that authenticates a head", () => {
  it("is HMAC-SHA-256, whatever the length of what it is over", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), heads, (key, head) => {
        const expected = createHmac("sha256", key).update(`tree head\n${head.size}\n`).update(head.frontier);
        expect(createHeadSeal(createSecretKey(key)).mac(head)).toEqual(expected.digest());
      }),
    );
  });

  it("fits one head and one key", () => {
    const { writer } = seal;
    const other = createHeadSeal(createSecretKey(Buffer.alloc(32, 8)));
    fc.assert(
      fc.property(heads, (head) => {
        const mac = seal.mac(head);
        expect(seal.check({ ...head, writer, mac })).toBe("authentic");
        expect(seal.check({ ...head, size: head.size + 1, writer, mac })).toBe("forged");
        const frontier = Buffer.concat([head.frontier, Buffer.alloc(32)]);
        expect(seal.check({ ...head, frontier, writer, mac })).toBe("forged");
        expect(seal.check({ ...head, writer, mac: mac.subarray(1) })).toBe("forged");
        expect(seal.check({ ...head, writer, mac: null })).toBe("forged");
        expect(other.check({ ...head, writer, mac })).toBe("other_key");
      }),
      propertyRuns(100),
    );
  });

  it("is not asked of an empty trail", () => {
    expect(seal.check({ size: 0, frontier: Buffer.alloc(0), writer: "", mac: Buffer.alloc(0) })).toBe("none");
  });

  it("names the key without giving it away", () => {
    expect(seal.writer).toMatch(/^[0-9a-f]{16}$/);
    expect(secret.toString("hex")).not.toContain(seal.writer);
  });
});
