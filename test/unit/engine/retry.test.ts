import fc from "fast-check";
import { expect, test } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { backoffMs, callRetry, isTransient, retryTransient } from "../../../src/engine/retry.ts";

const noWait = { policy: callRetry, delay: async () => {}, random: () => 1 };

function failing(times: number, error: unknown) {
  let calls = 0;
  return {
    calls: () => calls,
    async work() {
      calls += 1;
      if (calls <= times) throw error;
      return calls;
    },
  };
}

test.each([
  [new RingmainError("SERVER_UNAVAILABLE", ""), true],
  [new RingmainError("STORE_BUSY", ""), true],
  [new RingmainError("TIMEOUT", ""), true],
  [new RingmainError("STORE_UNAVAILABLE", "", { retryable: true }), true],
  [new RingmainError("STORE_UNAVAILABLE", ""), false],
  [new RingmainError("POLICY_DENIED", ""), false],
  [new RingmainError("INPUT_INVALID", ""), false],
  [new Error("anything else"), false],
])("%o may pass: %o", (error, expected) => {
  expect(isTransient(error)).toBe(expected);
});

test("tries at most six times and then throws what the last try threw", async () => {
  const error = new RingmainError("SERVER_UNAVAILABLE", "gone");
  const { signal } = new AbortController();
  const five = failing(5, error);
  expect(await retryTransient(five.work, { ...noWait, signal })).toBe(6);
  const six = failing(6, error);
  await expect(retryTransient(six.work, { ...noWait, signal })).rejects.toBe(error);
  expect(six.calls()).toBe(6);
});

test("does not try again what another try would not change", async () => {
  const error = new RingmainError("POLICY_DENIED", "no");
  const once = failing(1, error);
  const { signal } = new AbortController();
  await expect(retryTransient(once.work, { ...noWait, signal })).rejects.toBe(error);
  expect(once.calls()).toBe(1);
});

test("waits longer each time, up to the cap", async () => {
  const waits: number[] = [];
  const { signal } = new AbortController();
  const delay = async (ms: number) => void waits.push(ms);
  await retryTransient(failing(5, new RingmainError("TIMEOUT", "")).work, { ...noWait, delay, signal });
  expect(waits).toEqual([100, 200, 400, 800, 1_600]);
  expect(backoffMs(callRetry, 30, () => 1)).toBe(callRetry.capMs);
});

test("a wait is never negative nor longer than its bound", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, luck) => {
        const wait = backoffMs(callRetry, attempt, () => luck);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.min(callRetry.capMs, callRetry.baseMs * 2 ** (attempt - 1)));
      },
    ),
  );
});

test("stops waiting when the run is stopped, and throws the reason", async () => {
  const controller = new AbortController();
  const reason = new RingmainError("RUN_CANCELLED", "stop");
  const delay = async () => controller.abort(reason);
  const forever = failing(99, new RingmainError("TIMEOUT", ""));
  await expect(retryTransient(forever.work, { ...noWait, delay, signal: controller.signal })).rejects.toBe(
    reason,
  );
  expect(forever.calls()).toBe(1);
});
