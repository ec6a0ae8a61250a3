import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  readTraceparent,
  tracePlaceOf,
  tracePlaceOfRun,
  traceparentOf,
} from "../../../src/core/trace-context.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const span = "00f067aa0ba902b7";
const valid = `00-${trace}-${span}-01`;

describe("a traceparent", () => {
  it("is read as it is", () => {
    expect(readTraceparent(valid)).toBe(valid);
    expect(readTraceparent(`00-${trace}-${span}-00`)).toBe(`00-${trace}-${span}-00`);
    expect(tracePlaceOf(valid)).toEqual({ traceId: trace, spanId: span });
  });

  it("of a later version is read by its first four fields", () => {
    expect(readTraceparent(`cc-${trace}-${span}-01-what-comes-then`)).toBe(valid);
    expect(readTraceparent(`cc-${trace}-${span}-01`)).toBe(valid);
  });

  it.each([
    undefined,
    null,
    7,
    ["00"],
    {},
    "",
    valid.toUpperCase(),
    `${valid} `,
    ` ${valid}`,
    `${valid}\n`,
    `${valid}-more`,
    `cc-${trace}-${span}-01more`,
    `ff-${trace}-${span}-01`,
    `00-${"0".repeat(32)}-${span}-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace}-${span}`,
    `cc-${trace}-${span}-01-${"x".repeat(1_000)}`,
  ])("is not %j", (value) => expect(readTraceparent(value)).toBeUndefined());

  it("is nothing that its pattern does not allow, whatever comes", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789abcdefF"), minLength: 0, maxLength: 33 });
    fc.assert(
      fc.property(fc.tuple(digits, digits, digits, digits, fc.string()), (fields) => {
        const read = readTraceparent(fields.join("-"));
        if (read !== undefined) expect(read).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
      }),
    );
  });
});

describe("the place of a run", () => {
  it("follows from its id and its workspace alone, and is a valid one", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (run, origin) => {
        const place = tracePlaceOfRun(run, origin);
        expect(tracePlaceOfRun(run, origin)).toEqual(place);
        expect(readTraceparent(traceparentOf(place))).toBe(traceparentOf(place));
        expect(tracePlaceOfRun(`${run}x`, origin)).not.toEqual(place);
        expect(tracePlaceOfRun(run, `${origin}x`)).not.toEqual(place);
      }),
    );
  });
});
