import { validate, version } from "uuid";
import { afterEach, describe, expect, it, vi } from "vitest";
import { newId } from "../../../src/core/ids.ts";

const uuidOf = (id: string) => id.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");

afterEach(() => vi.useRealTimers());

describe("ids", () => {
  it("are UUIDs of version 7 with a prefix, all different, in the order of their making", () => {
    const ids = Array.from({ length: 5_000 }, () => newId("cus"));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort());
    for (const id of ids) {
      expect(id).toMatch(/^cus_[0-9a-f]{32}$/);
      expect(validate(uuidOf(id)) && version(uuidOf(id))).toBe(7);
    }
  });

  it("sort by time, and keep their order when the clock is set back", () => {
    vi.useFakeTimers({ now: new Date("2099-01-01T00:00:00Z") });
    const first = newId("a");
    expect(Number.parseInt(first.slice(2, 14), 16)).toBe(Date.now());
    vi.setSystemTime(new Date("2098-01-01T00:00:00Z"));
    const second = newId("a");
    vi.setSystemTime(new Date("2099-01-01T00:00:00.001Z"));
    expect([first, second, newId("a")].sort()).toEqual([first, second, expect.any(String)]);
  });
});
