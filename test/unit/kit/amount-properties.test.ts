import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openNotes } from "../../fixtures/kit/open-notes.ts";
import { temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";
import { propertyRuns, propertyTimeout } from "../../helpers/property-runs.ts";

const agents = ["a", "b"] as const;
const paths = { amount: "arguments.amount", "facts.price": "facts.price", units: "arguments.units" };

const currency = fc.constantFrom("EUR", "EUR", "EUR", "USD");
const money = fc.record({ minor: fc.integer({ min: -20, max: 60 }), currency });
const most = fc.record({ minor: fc.nat(100), currency });
const limit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sum: fc.constantFrom("amount", "facts.price"), most }) },
  { weight: 1, arbitrary: fc.record({ sum: fc.constant("units"), most: fc.nat(12) }) },
);
const call = fc.record({
  agent: fc.constantFrom(...agents),
  amount: money,
  units: fc.nat(4),
  fails: fc.constantFrom(false, false, false, true),
  connection: fc.nat(2),
});
/** Calls that are made at once, on the same day as those before or on the next one. */
const batch = fc.record({
  nextDay: fc.constantFrom(false, false, true),
  calls: fc.array(call, { maxLength: 6 }),
});

const limited = (limits: readonly object[]) => ({
  tools: ["notes.pay_note"],
  limits: { amounts_per_day: limits.map((one) => ({ tools: ["notes.pay_note"], ...one })) },
});

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;
type Agent = (typeof agents)[number];
type Limit = { sum: keyof typeof paths; most: number | { minor: number; currency: string } };

/** What limits allow, without a database: a ledger of what each agent spent on a day. */
function modelOf(limits: Record<Agent, readonly Limit[]>) {
  const spent = new Map<string, number>();
  return (day: string, { agent, amount, units }: Call) => {
    const values = {
      amount: { size: Math.abs(amount.minor), unit: amount.currency },
      "facts.price": { size: Math.abs(amount.minor), unit: amount.currency },
      units: { size: units, unit: "" },
    };
    const own = limits[agent];
    const key = (sum: string) => `${day} ${agent} ${sum}`;
    const sums = new Set(own.map(({ sum }) => sum));
    for (const sum of sums) {
      const { size, unit } = values[sum];
      const allowed = own
        .filter((one) => one.sum === sum)
        .map((one) => (typeof one.most === "number" ? { minor: one.most, currency: "" } : one.most))
        .filter((one) => one.currency === unit)
        .map(({ minor }) => minor);
      const least = Math.min(...allowed);
      if (allowed.length === 0 || (spent.get(key(sum + unit)) ?? 0) + size > least) return undefined;
    }
    return {
      spent: [...sums].map((sum) => [paths[sum], values[sum].size, values[sum].unit || null]),
      book() {
        for (const sum of sums) {
          const { size, unit } = values[sum];
          spent.set(key(sum + unit), (spent.get(key(sum + unit)) ?? 0) + size);
        }
      },
    };
  };
}

describe("amount limits", () => {
  it(
    "let pass exactly what a ledger allows, in the order of the trail, whichever process makes the calls",
    async () => {
      const limitsOf = fc.record({
        a: fc.array(limit, { maxLength: 3 }),
        b: fc.array(limit, { maxLength: 2 }),
      });
      await fc.assert(
        fc.asyncProperty(limitsOf, fc.array(batch, { maxLength: 5 }), async (limits, batches) => {
          using workspace = await temporaryWorkspace({
            agents: { a: limited(limits.a), b: limited(limits.b) },
          });
          // each has a connection, a memory of what it counted and transactions of its own, as processes have
          using first = await openNotes(workspace);
          using second = await openNotes(workspace);
          using third = await openNotes(workspace);
          const processes = [first, second, third];
          const made = new Map<string, Call>();
          let day = 2;
          for (const { nextDay, calls } of batches) {
            if (nextDay) day += 1;
            const noon = `2026-11-0${day}T12:00:00Z`;
            const tokenOf = (agent: Agent) => workspace.token(`agent:${agent}`, {}, new Date(noon));
            const tokens = { a: tokenOf("a"), b: tokenOf("b") };
            for (const one of processes) one.setNow(noon);
            await Promise.all(
              calls.map(({ connection, agent, ...args }) => {
                const step = `step${made.size}`;
                made.set(step, { connection, agent, ...args });
                const { amount, units, fails } = args;
                const extras = { token: tokens[agent], step };
                return processes[connection]?.call("pay_note", { amount, units, fails }, extras);
              }),
            );
          }
          const decide = modelOf(limits);
          const noted: string[] = [];
          for (const { time, step = "", error, spent } of first.entries()) {
            const asked = made.get(step);
            if (asked === undefined) throw new Error(`nobody called ${step}`);
            const allowed = decide(time.slice(0, 10), asked);
            const failed = asked.fails ? "STATE_INVALID" : undefined;
            expect(error).toBe(allowed === undefined ? "LIMIT_EXCEEDED" : failed);
            const expected = error === undefined ? allowed?.spent : [];
            expect([...(spent ?? [])].sort()).toEqual(expected?.sort());
            if (error !== undefined) continue;
            allowed?.book();
            noted.push(`${asked.amount.minor} ${asked.amount.currency}`);
          }
          expect(first.notes()).toEqual(noted);
          expect(first.entries()).toHaveLength(made.size);
        }),
        propertyRuns(60),
      );
    },
    propertyTimeout,
  );
});
